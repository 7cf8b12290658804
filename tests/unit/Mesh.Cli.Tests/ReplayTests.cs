using System.Globalization;
using System.Text;
using System.Text.Json;
using Mesh.Cli.Shell;
using Mesh.Contracts.Api;
using Mesh.Contracts.Policies;
using Mesh.Policy.Documents;

namespace Mesh.Cli.Tests;

public sealed class ReplayTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("mesh-cli-tests-");

    public void Dispose() => _directory.Delete(recursive: true);

    /// <summary>A migration of a VM with 4 GiB that never converges, with samples at an interval.</summary>
    private static string Endless(int samples, decimal everySeconds)
    {
        var trace = new StringBuilder("{\"vm\":{\"memory_bytes\":4294967296,\"disks_bytes\":[],\"vcpus\":2},"
            + "\"allow\":{\"post_copy\":true,\"throttle\":true,\"pause\":true,\"compression\":true},\"downtime_slo_ms\":500,\"deadline_s\":3600}\n");
        for (var number = 0; number < samples; number++)
            trace.Append(CultureInfo.InvariantCulture,
                $"{{\"t_s\":{number * everySeconds},\"iteration\":{1 + (number / 4)},\"total_bytes\":4294967296,\"processed_bytes\":{(long)number * 100_000_000},"
                + $"\"remaining_bytes\":{2_000_000_000 - (number % 4 * 100_000_000)},\"bandwidth_bps\":100000000,\"dirty_rate_pages\":30000,\"page_size\":4096,\"status\":\"running\"}}\n");
        return trace.ToString();
    }

    private static async Task<IReadOnlyList<JsonElement>> ActionsAsync(Cli cli, string policy)
    {
        (await cli.RunAsync("policy", "replay", "--policy", policy, "--trace", "-")).ShouldBe(0, cli.Error);
        cli.Error.ShouldBeEmpty();
        return [.. cli.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
    }

    [Fact]
    public async Task A_built_in_policy_is_replayed_without_a_mesh_with_one_line_per_action()
    {
        var cli = new Cli { In = Endless(1200, 0.5m) };

        var actions = await ActionsAsync(cli, "nova");

        // Nova: int(50 + 45 i) ms after 75 s i for each of 4 GiB.
        actions.Select(action => (action.GetProperty("t_s").GetDecimal(), action.GetProperty("action").GetString(), action.GetProperty("value").GetInt32()))
            .ShouldBe([(0.5m, "set-downtime", 50), (300.5m, "set-downtime", 95)]);
        actions.ShouldAllBe(action => action.GetProperty("reason").GetString()!.Length > 0);
        cli.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task Times_are_those_of_the_trace()
    {
        var actions = await ActionsAsync(new Cli { In = Endless(4000, 0.8133m) }, "harvester");
        var abort = actions.ShouldHaveSingleItem();
        abort.GetProperty("action").GetString().ShouldBe("abort");
        (abort.GetProperty("t_s").GetDecimal() % 0.8133m).ShouldBe(0);
    }

    [Fact]
    public async Task A_policy_document_is_replayed()
    {
        var path = Path.Combine(_directory.FullName, "patient");
        await File.WriteAllTextAsync(path, "name: patient\ndescription: x\nsteps:\n  - when: { elapsed: 10 s }\n    do: { setDowntime: 700 ms }\n");

        var action = (await ActionsAsync(new Cli { In = Endless(30, 1) }, path)).ShouldHaveSingleItem();

        (action.GetProperty("t_s").GetDecimal(), action.GetProperty("value").GetInt32()).ShouldBe((11, 700));
    }

    [Fact]
    public async Task An_invalid_document_is_not_replayed()
    {
        var path = Path.Combine(_directory.FullName, "bad.yaml");
        await File.WriteAllTextAsync(path, "name: patient\n");
        var cli = new Cli { In = Endless(3, 1) };
        (await cli.RunAsync("policy", "replay", "--policy", path, "--trace", "-")).ShouldBe(ExitCodes.Refused);
        cli.ErrorLine().ShouldContain($"{path}:1: description: ");
        cli.Out.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_policy_stored_in_the_mesh_is_requested()
    {
        var response = new GetPolicyAnswer(new PolicyView(PolicyText.Read("name: own\ndescription: x\nsteps:\n  - when: { elapsed: 5 s }\n    do: suspend\npermits: { suspend: true }\n").Policy!, 1, false), [1]);
        var cli = new Cli { In = Endless(30, 1) }.Answering(Cli.Json(response));

        (await ActionsAsync(cli, "own")).ShouldHaveSingleItem().GetProperty("action").GetString().ShouldBe("suspend");

        cli.Requests.ShouldHaveSingleItem().What.ShouldBe("GET /api/v1/policies/own");
    }

    [Fact]
    public async Task An_unknown_policy_is_reported_with_the_built_in_ones()
    {
        var away = new Cli { In = Endless(3, 1), Gateway = (_, _) => throw new HttpRequestException("no") };
        (await away.RunAsync("policy", "replay", "--policy", "own", "--trace", "-")).ShouldBe(ExitCodes.Unreachable);
        away.ErrorLine().ShouldContain("'own' is neither a built-in policy (adaptive, ");

        var unknown = new Cli { In = Endless(3, 1) }.Answering(
            Cli.Problem(new ApiProblem { Type = ApiProblemTypes.NotFound, Title = "t", Status = 404, Detail = "policy 'own' not found" }));
        (await unknown.RunAsync("policy", "replay", "--policy", "own", "--trace", "-")).ShouldBe(ExitCodes.NotFound);
        unknown.ErrorLine().ShouldContain("policy 'own' not found");
    }

    [Theory]
    [InlineData("", "-:1: the trace is empty")]
    [InlineData("{\"vm\":{\"memory_bytes\":1}}\n{\"t_s\":1,\n", "-:2: is not JSON")]
    [InlineData("{\"vm\":{\"memory_bytes\":1}}\n{\"iteration\":1}\n", "-:2: t_s: is missing")]
    public async Task An_invalid_trace_is_reported_with_its_line(string trace, string expected)
    {
        var cli = new Cli { In = trace };
        (await cli.RunAsync("policy", "replay", "--policy", "nova", "--trace", "-")).ShouldBe(ExitCodes.Refused);
        cli.ErrorLine().ShouldContain(expected);
        cli.Out.ShouldBeEmpty();
    }

    public static TheoryData<string> Shipped => [.. ShippedPolicies.All.Select(policy => policy.Name)];

    [Theory]
    [MemberData(nameof(Shipped))]
    public async Task Every_built_in_policy_can_be_replayed_by_name(string name) => _ = await ActionsAsync(new Cli { In = Endless(50, 1) }, name);
}
