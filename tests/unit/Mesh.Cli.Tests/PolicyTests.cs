using System.Net;
using System.Text.Json;
using Mesh.Cli.Shell;
using Mesh.Contracts.Api;
using Mesh.Contracts.Policies;
using Mesh.Policy.Documents;

namespace Mesh.Cli.Tests;

public sealed class PolicyTests : IDisposable
{
    private const string Document = "name: calm\ndescription: Takes its time. And more.\n";

    private static readonly PolicyView Calm = new(TestData.EffectivePolicy.Policy, 2, IsDefault: true, "ann", TestData.Noon);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("mesh-cli-tests-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task Policies_are_listed_with_their_selectors()
    {
        var gold = new PolicyView(
            new MigrationPolicy { Name = "gold", Description = "For gold", Select = new Dictionary<string, string>(StringComparer.Ordinal) { ["tier"] = "gold", ["env"] = "prod" } }, 0, false);
        var cli = new Cli().Answering(Cli.Json(new PolicyList([Calm, gold], [new PolicyOverride(TestData.Vm, "gold", "ann", TestData.Noon)])));

        (await cli.RunAsync("policy", "list")).ShouldBe(0);

        cli.Requests.ShouldHaveSingleItem().What.ShouldBe("GET /api/v1/policies");
        var lines = cli.Out.TrimEnd().Split('\n');
        lines[0].ShouldBe("NAME  VERSION  APPLIES TO          DESCRIPTION");
        lines[1].ShouldBe("calm  2        default             Takes its time.");
        lines[2].ShouldBe("gold  0        env=prod,tier=gold  For gold");
        lines[5].ShouldStartWith($"{TestData.Vm}  gold    ");
        lines[5].ShouldEndWith("  ann");
    }

    [Fact]
    public async Task A_policy_is_shown_as_a_document_that_can_be_applied()
    {
        var cli = new Cli().Answering(Cli.Json(new GetPolicyAnswer(Calm, [1, 2])));

        (await cli.RunAsync("policy", "show", "calm", "--version", "2")).ShouldBe(0);

        cli.Requests.ShouldHaveSingleItem().What.ShouldBe("GET /api/v1/policies/calm?version=2");
        cli.Out.ShouldStartWith("# version 2, applied by ann, ");
        cli.Out.Split('\n')[0].ShouldEndWith("; the default; versions: 1, 2");
        PolicyText.Read(cli.Out).Policy.ShouldNotBeNull().Description.ShouldBe(Calm.Policy.Description);
    }

    [Fact]
    public async Task A_built_in_policy_says_so()
    {
        var cli = new Cli().Answering(Cli.Json(new GetPolicyAnswer(new PolicyView(Calm.Policy, 0, false), [0])));
        (await cli.RunAsync("policy", "show", "calm")).ShouldBe(0);
        cli.Requests.ShouldHaveSingleItem().What.ShouldBe("GET /api/v1/policies/calm");
        cli.Out.Split('\n')[0].ShouldBe("# version 0, built in");
    }

    [Fact]
    public async Task The_effective_policy_of_a_VM_is_explained()
    {
        var policy = Calm.Policy with { Permits = new PolicyPermissions { Throttle = true, Suspend = true } };
        var view = new VmPolicyView(TestData.Vm, "db 1", new EffectivePolicy(policy, 2, "policy override for VM db 1"), new PolicyOverride(TestData.Vm, "calm", "ann", TestData.Noon));
        var cli = new Cli().Answering(Cli.Json(view));

        (await cli.RunAsync("policy", "explain", "db 1")).ShouldBe(0);

        cli.Requests.ShouldHaveSingleItem().What.ShouldBe("GET /api/v1/vms/db%201/policy");
        foreach (var line in (string[])
            [
                $"vm:       db 1 ({TestData.Vm})", "policy:   calm, version 2", "reason:   policy override for VM db 1", "override: calm, set by ann, ",
                "permits:  throttle, suspend", "about:    Takes its time. And more.",
            ])
            cli.Out.ShouldContain(line);
    }

    [Fact]
    public async Task A_document_is_checked_locally_and_applied_remotely()
    {
        var cli = new Cli { In = Document }.Answering(Cli.Json(Calm));

        (await cli.RunAsync("policy", "apply", "-")).ShouldBe(0, cli.Error);

        var (what, body) = cli.Requests.ShouldHaveSingleItem();
        what.ShouldBe("PUT /api/v1/policies/calm?requestedBy=ann");
        body.ShouldBe(Document);
        cli.Out.ShouldBe($"calm: version 2{Environment.NewLine}");
    }

    [Fact]
    public async Task An_invalid_document_never_reaches_the_mesh()
    {
        var path = Write("bad.yaml", "name: calm\ndescription: x\ninterval: soon\nsteps: 7\n");
        var cli = new Cli();

        (await cli.RunAsync("policy", "apply", path)).ShouldBe(ExitCodes.Refused);

        cli.ErrorLine().ShouldContain($"{path}:3: interval: ");
        cli.ErrorLine().ShouldContain($"{path}:4: steps: ");
        cli.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("policy delete calm", "DELETE /api/v1/policies/calm?requestedBy=ann", "")]
    [InlineData("policy set-default calm", "PUT /api/v1/policy-default", """{"name":"calm","requestedBy":"ann"}""")]
    [InlineData("policy override db-1 calm", "PUT /api/v1/vms/db-1/policy", """{"policy":"calm","requestedBy":"ann"}""")]
    [InlineData("policy override db-1 --clear", "DELETE /api/v1/vms/db-1/policy?requestedBy=ann", "")]
    public async Task Policy_changes_are_sent_and_their_results_printed(string args, string request, string body)
    {
        var cli = new Cli().Answering(Cli.Json(new PolicyAnswer(true, "done")));
        (await cli.RunAsync(args.Split(' '))).ShouldBe(0, cli.Error);
        cli.Requests.ShouldHaveSingleItem().ShouldBe((request, body));
        cli.Out.Trim().ShouldBe("done");

        var refusing = new Cli().Answering(Cli.Problem(new ApiProblem { Type = ApiProblemTypes.PolicyConflict, Title = "t", Status = 409, Detail = "it is the default" }));
        (await refusing.RunAsync(args.Split(' '))).ShouldBe(ExitCodes.Refused);
        refusing.ErrorLine().ShouldContain("it is the default");
    }

    [Fact]
    public async Task Valid_documents_are_reported_without_a_mesh()
    {
        var path = Write("good.yaml", Document);
        var cli = new Cli { In = """{"name":"calm","description":"in JSON"}""" };

        (await cli.RunAsync("policy", "check", path, "-")).ShouldBe(0, cli.Error);

        cli.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).ShouldBe([$"{path}: ok", "-: ok"]);
        cli.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task Errors_are_reported_by_file_line_and_field()
    {
        var (good, bad) = (Write("good.yaml", Document), Write("bad.yaml", "name: calm\ndescription: x\nsteps:\n  - when: { elapsed: 5 }\n    do: abort\nlimit: {}\n"));
        var cli = new Cli();

        (await cli.RunAsync("policy", "check", good, bad)).ShouldBe(ExitCodes.Refused);

        var lines = cli.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines[0].ShouldBe($"{good}: ok");
        lines[1].ShouldStartWith($"{bad}:4: steps[0].when.elapsed: ");
        lines[2].ShouldStartWith($"{bad}:6: limit: ");
        cli.ErrorLine().ShouldContain("steps[0].when.elapsed");
    }

    [Fact]
    public async Task Errors_are_reported_as_JSON()
    {
        var path = Write("bad.yaml", "name: calm\n");
        var cli = new Cli();

        (await cli.RunAsync("policy", "check", path, "--output", "json")).ShouldBe(ExitCodes.Refused);

        var file = JsonDocument.Parse(cli.Out).RootElement[0];
        file.GetProperty("file").GetString().ShouldBe(path);
        file.GetProperty("diagnostics")[0].GetProperty("field").GetString().ShouldBe("description");
    }

    [Theory]
    [InlineData("m1", 0)]
    [InlineData("m2", 9)]
    public async Task A_trace_is_exported_unchanged(string id, int exitCode)
    {
        const string Trace = "{\"vm\":{}}\n{\"t_s\":0.5}\n";
        var cli = new Cli
        {
            Gateway = (_, what) => Task.FromResult(what == "GET /api/v1/migrations/m1/trace"
                ? new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(Trace) }
                : Cli.Problem(new ApiProblem { Type = ApiProblemTypes.NotFound, Title = "t", Status = 404, Detail = "no migration" })),
        };
        var path = Path.Combine(_directory.FullName, "trace.jsonl");

        (await cli.RunAsync("export", id)).ShouldBe(exitCode);
        cli.Out.ShouldBe(exitCode == 0 ? Trace : "");
        (await cli.RunAsync("export", id, "--to", path)).ShouldBe(exitCode);
        File.Exists(path).ShouldBe(exitCode == 0);
        if (exitCode == 0)
            (await File.ReadAllTextAsync(path)).ShouldBe(Trace);
    }

    [Fact]
    public async Task An_unwritable_output_file_is_reported()
    {
        var cli = new Cli().Answering(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("{}\n") });
        (await cli.RunAsync("export", "m1", "--to", _directory.FullName)).ShouldBe(ExitCodes.Error);
        cli.ErrorLine().ShouldContain($"cannot write {_directory.FullName}");
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_directory.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }
}
