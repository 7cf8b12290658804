using System.Text.Json;
using Mesh.Cli.Shell;
using Mesh.Contracts.Api;
using Mesh.Contracts.Scheduling;
using Mesh.Scheduler.Documents;

namespace Mesh.Cli.Tests;

public sealed class RulesTests : IDisposable
{
    private const string Document = "taints:\n  - { name: gpu, hosts: { gpu: \"yes\" }, toleratedBy: { needs: gpu } }\n";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("mesh-cli-tests-");

    private string RulesPath => Path.Combine(_directory.FullName, "rules.yaml");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task Rules_are_shown_as_a_document_that_can_be_applied()
    {
        var cli = new Cli().Answering(Cli.Json(new RulesAnswer(RulesText.Read(Document).Rules, [], "ann", TestData.Noon)));
        (await cli.RunAsync("rules", "show")).ShouldBe(ExitCodes.Success);
        cli.Requests.ShouldHaveSingleItem().What.ShouldBe("GET /api/v1/rules");
        cli.Out.ShouldStartWith("# applied by ann, ");
        RulesText.Read(cli.Out).Rules.ShouldNotBeNull().Taints.ShouldHaveSingleItem().Name.ShouldBe("gpu");
    }

    [Fact]
    public async Task Empty_rules_are_a_valid_document()
    {
        var cli = new Cli().Answering(Cli.Json(new RulesAnswer(new PlacementRules(), [])));
        (await cli.RunAsync("rules", "show")).ShouldBe(ExitCodes.Success);
        cli.Out.ShouldStartWith("# no rules have been applied");
        RulesText.Read(cli.Out).Diagnostics.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_document_is_checked_without_a_mesh()
    {
        await File.WriteAllTextAsync(RulesPath, Document);
        var cli = new Cli();
        (await cli.RunAsync("rules", "check", RulesPath)).ShouldBe(ExitCodes.Success);
        cli.Out.Trim().ShouldBe($"{RulesPath}: ok (host affinity 0, VM affinity 0, taints 1, networks 0)");

        await File.WriteAllTextAsync(RulesPath, "taints:\n  - name: Gpu\nnetwork: []\n");
        var faulty = new Cli();
        (await faulty.RunAsync("rules", "check", RulesPath)).ShouldBe(ExitCodes.Refused);
        faulty.Out.TrimEnd().Split('\n').Length.ShouldBe(3);
        faulty.Out.ShouldContain($"{RulesPath}:2: taints[0].name: 'Gpu' is not a valid name");
        faulty.ErrorLine().ShouldContain(":3: network: ");

        var json = new Cli();
        (await json.RunAsync("rules", "check", RulesPath, "-o", "json")).ShouldBe(ExitCodes.Refused);
        JsonDocument.Parse(json.Out).RootElement.GetProperty("diagnostics").GetArrayLength().ShouldBe(3);
    }

    [Fact]
    public async Task A_document_is_applied_unchanged()
    {
        var cli = new Cli { In = Document }.Answering(Cli.Json(new RulesAnswer(RulesText.Read(Document).Rules, [], "ann", TestData.Noon)));
        (await cli.RunAsync("rules", "apply", "-")).ShouldBe(ExitCodes.Success);
        cli.Requests.ShouldHaveSingleItem().ShouldBe(("PUT /api/v1/rules?requestedBy=ann", Document));
        cli.Out.Trim().ShouldBe("applied: host affinity 0, VM affinity 0, taints 1, networks 0");
    }

    [Fact]
    public async Task An_invalid_document_is_not_sent_and_a_refused_one_is_reported()
    {
        var faulty = new Cli { In = "taints: 7\n" };
        (await faulty.RunAsync("rules", "apply", "-")).ShouldBe(ExitCodes.Refused);
        faulty.ErrorLine().ShouldContain("-:1: taints: must be a list of taints");

        var refused = new Cli { In = Document }.Answering(Cli.Problem(new ApiProblem { Type = ApiProblemTypes.InvalidRules, Title = "", Status = 422, Detail = "line 2: too new" }));
        (await refused.RunAsync("rules", "apply", "-")).ShouldBe(ExitCodes.Refused);
        refused.ErrorLine().ShouldBe("mesh: refused: line 2: too new");
    }
}
