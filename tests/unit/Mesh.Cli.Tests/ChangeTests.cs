using System.Net;
using System.Text.Json;
using Mesh.Cli.Shell;
using Mesh.Contracts.Api;
using Mesh.Contracts.Migrations;

namespace Mesh.Cli.Tests;

public sealed class ChangeTests
{
    private static readonly ParameterAnswer Applied = new(MigrationParameter.MaxDowntime, ParameterResult.Applied, "500 ms");
    private static readonly ParameterAnswer Emulated = new(MigrationParameter.Throttle, ParameterResult.Emulated, "by the vCPU quota");
    private static readonly ParameterAnswer Refused = new(MigrationParameter.Compression, ParameterResult.Refused, "QEMU cannot\nchange it");

    public static readonly TheoryData<string, string, string> Options = new()
    {
        { "--max-downtime 500", "maxDowntime", "500" },
        { "--bandwidth 32", "bandwidth", "33554432" },
        { "--postcopy-bandwidth 64", "postCopyBandwidth", "67108864" },
        { "--technique post-copy", "postCopy", "true" },
        { "--compression on", "compression", "true" },
        { "--compression off", "compression", "false" },
        { "--auto-converge on", "autoConverge", "true" },
        { "--auto-converge off", "autoConverge", "false" },
        { "--throttle 40", "throttle", "40" },
        { "--throttle 0", "throttle", "0" },
        { "--stalling-limit 10", "stallingLimit", "10000" },
        { "--policy adaptive", "policy", "\"adaptive\"" },
        { "--throttle 40 --reason slow", "reason", "\"slow\"" },
        { "--throttle 40", "requestedBy", "\"ann\"" },
    };

    [Theory]
    [MemberData(nameof(Options))]
    public async Task Every_option_reaches_the_change_and_nothing_else_does(string option, string member, string expected)
    {
        var cli = new Cli().Answering(Cli.Json(TestData.Change(Applied)));

        (await cli.RunAsync(["set", "m1", .. option.Split(' ')])).ShouldBe(0, cli.Error);

        var (what, body) = cli.Requests.ShouldHaveSingleItem();
        what.ShouldBe("PATCH /api/v1/migrations/m1");
        var change = JsonDocument.Parse(body).RootElement;
        change.GetProperty(member).GetRawText().ShouldBe(expected);
        change.EnumerateObject().Select(given => given.Name).Except(["requestedBy", "reason"], StringComparer.Ordinal).Count().ShouldBe(1);
    }

    [Theory]
    [InlineData("set m1", "nothing to change: use at least one of --max-downtime, --bandwidth")]
    [InlineData("set m1 --reason so", "nothing to change")]
    [InlineData("set m1 --technique pre-copy", "expected post-copy, which cannot be undone")]
    [InlineData("set m1 --compression yes", "invalid value 'yes' for --compression: expected on or off")]
    [InlineData("set m1 --throttle 100", "percent from 0 to 99")]
    [InlineData("set m1 --max-downtime 0", "milliseconds from 1 to 2000000")]
    [InlineData("set --throttle 40", "Required argument 'ID' missing")]
    [InlineData("suspend m1 --throttle 40", "'--throttle'")]
    [InlineData("postcopy a/b", "'a/b' is not a migration ID")]
    public async Task Usage_errors_are_reported_and_nothing_is_sent(string args, string expected)
    {
        var cli = new Cli();
        (await cli.RunAsync(args.Split(' '))).ShouldBe(ExitCodes.Usage);
        cli.ErrorLine().ShouldContain(expected);
        cli.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_results_of_parameters_are_printed_as_a_table()
    {
        var cli = new Cli().Answering(Cli.Json(TestData.Change(Applied, Emulated)));

        (await cli.RunAsync("set", "m1", "--max-downtime", "500", "--throttle", "40")).ShouldBe(ExitCodes.Success);

        cli.Out.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries).ShouldBe(
        [
            "PARAMETER    RESULT    EXPLANATION",
            "maxDowntime  applied   500 ms",
            "throttle     emulated  by the vCPU quota",
        ]);
        cli.Error.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_refused_parameter_makes_the_change_a_refusal()
    {
        var cli = new Cli().Answering(Cli.Json(TestData.Change(Applied, Refused)));

        (await cli.RunAsync("set", "m1", "--max-downtime", "500", "--compression", "on")).ShouldBe(ExitCodes.Refused);

        cli.ErrorLine().ShouldBe("mesh: refused: compression: QEMU cannot change it");
        cli.Out.ShouldContain("compression  refused  QEMU cannot change it");
    }

    [Theory]
    [InlineData("suspend m1")]
    [InlineData("suspend m1 --watch")]
    [InlineData("set m1 --throttle 40")]
    public async Task A_rejected_command_is_a_refusal_and_not_watched(string args)
    {
        var cli = new Cli().Answering(Cli.Json(TestData.Change(new ParameterAnswer(MigrationParameter.All, ParameterResult.Refused, "no job"))));

        (await cli.RunAsync(args.Split(' '))).ShouldBe(ExitCodes.Refused);

        cli.ErrorLine().ShouldBe("mesh: refused: all: no job");
        cli.Requests.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task What_a_new_policy_can_no_longer_use_is_reported_but_not_an_error()
    {
        var unarmed = new ParameterAnswer(MigrationParameter.PostCopy, ParameterResult.Refused, "QEMU arms it only at the start");
        var cli = new Cli { Gateway = (_, _) => Task.FromResult(Cli.Json(TestData.Change(new ParameterAnswer(MigrationParameter.Policy, ParameterResult.Applied, "adaptive"), unarmed))) };

        (await cli.RunAsync("set", "m1", "--policy", "adaptive")).ShouldBe(ExitCodes.Success);
        cli.Out.ShouldContain("postCopy   refused  QEMU arms it only at the start");
        cli.Error.ShouldBeEmpty();

        (await cli.RunAsync("set", "m1", "--policy", "adaptive", "--technique", "post-copy")).ShouldBe(ExitCodes.Refused);
    }

    [Fact]
    public async Task A_completion_forced_by_suspending_instead_of_post_copy_succeeds()
    {
        var cli = new Cli().Answering(Cli.Json(TestData.Change(
            new ParameterAnswer(MigrationParameter.PostCopy, ParameterResult.Refused, "no"), new ParameterAnswer(MigrationParameter.Suspend, ParameterResult.Applied, "true"))));
        (await cli.RunAsync("force-complete", "m1")).ShouldBe(ExitCodes.Success);
        cli.Error.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_pending_change_is_not_a_success()
    {
        var cli = new Cli().Answering(Cli.Json(TestData.Change() with { Answers = null }, HttpStatusCode.Accepted));

        (await cli.RunAsync("set", "m1", "--max-downtime", "500")).ShouldBe(ExitCodes.Unreachable);

        cli.Out.ShouldContain("max downtime 500 ms  pending  the host has not answered yet");
        cli.ErrorLine().ShouldContain("check later with 'mesh show m1'");
    }

    [Fact]
    public async Task Pending_parameters_are_listed_beside_answered_ones()
    {
        var cli = new Cli().Answering(Cli.Json(TestData.Change(new ParameterAnswer(MigrationParameter.Policy, ParameterResult.Applied, "adaptive")), HttpStatusCode.Accepted));

        (await cli.RunAsync("set", "m1", "--policy", "adaptive", "--max-downtime", "500")).ShouldBe(ExitCodes.Unreachable);

        cli.Out.ShouldContain("policy               applied  adaptive");
        cli.Out.ShouldContain("max downtime 500 ms  pending  the host has not answered yet");
    }

    [Fact]
    public async Task A_refused_change_reports_all_reasons()
    {
        var cli = new Cli().Answering(Cli.Problem(new ApiProblem
        {
            Type = ApiProblemTypes.Refused,
            Title = "refused",
            Status = 422,
            Detail = "no policy 'x'; 2 s is too long",
            Refusals = [new(RefusalCode.UnknownPolicy, "no policy 'x'"), new(RefusalCode.InvalidOption, "2 s is too long")],
        }));

        (await cli.RunAsync("set", "m1", "--policy", "x", "-o", "json")).ShouldBe(ExitCodes.NotFound);

        cli.ErrorLine().ShouldBe("mesh: refused: no policy 'x'; 2 s is too long");
        JsonDocument.Parse(cli.Out).RootElement.GetProperty("refusals").GetArrayLength().ShouldBe(2);
    }

    [Theory]
    [InlineData("force-complete")]
    [InlineData("postcopy")]
    [InlineData("suspend")]
    public async Task An_action_is_sent_and_its_results_printed(string order)
    {
        var cli = new Cli().Answering(Cli.Json(TestData.Change(Applied)));

        (await cli.RunAsync(order, "m1", "--reason", "now", "--output", "json")).ShouldBe(ExitCodes.Success);

        var (what, body) = cli.Requests.ShouldHaveSingleItem();
        what.ShouldBe($"POST /api/v1/migrations/m1/{order}");
        body.ShouldBe("""{"requestedBy":"ann","reason":"now"}""");
        JsonDocument.Parse(cli.Out).RootElement.GetProperty("answers")[0].GetProperty("result").GetString().ShouldBe("applied");
    }

    [Theory]
    [InlineData(true, MigrationOutcome.CompletedPostCopy, 0)]
    [InlineData(false, MigrationOutcome.Completed, 0)]
    [InlineData(true, MigrationOutcome.AbortedByPolicy, 5)]
    public async Task A_watched_action_ends_with_the_migration(bool isAnswered, MigrationOutcome outcome, int exitCode)
    {
        var cli = new Cli
        {
            Gateway = (_, what) => Task.FromResult(what switch
            {
                "POST /api/v1/migrations/m1/force-complete" => isAnswered
                    ? Cli.Json(TestData.Change(Applied)) : Cli.Json(TestData.Change() with { Answers = null }, HttpStatusCode.Accepted),
                "GET /api/v1/migrations/m1/events" => TestData.Stream(TestData.View(), TestData.Ended(outcome)),
                _ => Cli.Json(TestData.View(outcome: outcome)),
            }),
        };

        (await cli.RunAsync("force-complete", "m1", "--watch")).ShouldBe(exitCode);

        cli.Out.ShouldContain("pre-copy");
        cli.Out.ShouldNotContain("PARAMETER");
    }
}
