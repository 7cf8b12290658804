using System.Net;
using System.Text.Json;
using Mesh.Cli.Shell;
using Mesh.Contracts.Api;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;

namespace Mesh.Cli.Tests;

public sealed class MigrateTests
{
    [Fact]
    public async Task Without_watching_only_the_id_is_printed()
    {
        var cli = new Cli().Answering(Cli.Json(TestData.View("m7"), HttpStatusCode.Accepted));
        (await cli.RunAsync("migrate", "web-1", "--to", "host-b")).ShouldBe(ExitCodes.Success);
        cli.Out.ShouldBe($"m7{Environment.NewLine}");
        cli.Error.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_id_is_generated_before_the_request()
    {
        var cli = new Cli().Answering(Cli.Json(TestData.View(), HttpStatusCode.Accepted));
        await cli.RunAsync("migrate", "web-1", "--to", "host-b");
        JsonDocument.Parse(cli.Requests.ShouldHaveSingleItem().Body).RootElement.GetProperty("id").GetString()!.Length.ShouldBe(12);
    }

    [Theory]
    [InlineData(MigrationOutcome.Completed, 0, "completed after 12.5 s")]
    [InlineData(MigrationOutcome.CompletedPostCopy, 0, "completed by post-copy")]
    [InlineData(MigrationOutcome.Refused, 4, "refused")]
    [InlineData(MigrationOutcome.AbortedByOperator, 5, "aborted")]
    [InlineData(MigrationOutcome.AbortedByPolicy, 5, "aborted by its policy")]
    [InlineData(MigrationOutcome.TimedOut, 6, "hard limit")]
    [InlineData(MigrationOutcome.Failed, 7, "failed")]
    [InlineData(MigrationOutcome.Lost, 8, "lost")]
    [InlineData(MigrationOutcome.GuestStopped, 8, "guest stopped")]
    [InlineData(MigrationOutcome.CompletedNotRunning, 11, "does not run on the destination")]
    public async Task Watching_ends_with_the_outcome_and_its_exit_code(MigrationOutcome outcome, int exitCode, string description)
    {
        var cli = new Cli
        {
            Gateway = (_, what) => Task.FromResult(what switch
            {
                "POST /api/v1/migrations" => Cli.Json(TestData.View(), HttpStatusCode.Accepted),
                "GET /api/v1/migrations/m1/events" => TestData.Stream(TestData.View(), TestData.Progressed(70), TestData.Ended(outcome, "because")),
                "GET /api/v1/migrations/m1" => Cli.Json(TestData.View(outcome: outcome, reason: "because")),
                _ => throw new InvalidOperationException(what),
            }),
        };

        (await cli.RunAsync("migrate", "web-1", "--to", "host-b", "--watch")).ShouldBe(exitCode);

        cli.Out.ShouldContain("web-1  host-a -> host-b  ");
        cli.Out.ShouldContain("pre-copy 70 %, 512 MiB remaining at 800 MiB/s, dirty rate 100 MiB/s");
        cli.Out.TrimEnd().Split('\n')[^1].ShouldContain(description);
        cli.Out.ShouldContain("because");
        if (exitCode == ExitCodes.Success)
            cli.Error.ShouldBeEmpty();
        else
            cli.ErrorLine().ShouldContain(description);
    }

    [Fact]
    public async Task JSON_output_of_watching_is_one_object_per_line()
    {
        var cli = new Cli
        {
            Gateway = (_, what) => Task.FromResult(what.Contains("events", StringComparison.Ordinal)
                ? TestData.Stream(TestData.View(), ": keepalive\n\n", "event: unknown\ndata: {}\n\n", TestData.Progressed(70), TestData.Ended())
                : Cli.Json(TestData.View(outcome: MigrationOutcome.Completed))),
        };

        (await cli.RunAsync("watch", "m1", "--output", "json")).ShouldBe(0);

        var lines = cli.Out.TrimEnd().Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToList();
        lines.Select(line => line.GetProperty("event").GetString()).ShouldBe(["view", "progressed", "ended", "view"]);
        lines[^1].GetProperty("migration").GetProperty("outcome").GetString().ShouldBe("completed");
    }

    [Fact]
    public async Task A_refusal_is_one_line_with_all_reasons_or_JSON()
    {
        var problem = new ApiProblem
        {
            Type = ApiProblemTypes.Refused,
            Title = "refused",
            Status = 409,
            Detail = "web-1 has a device; host-b is full",
            MigrationId = new MigrationId("m1"),
            Refusals = [new(RefusalCode.HostDeviceAttached, "web-1 has a device"), new(RefusalCode.NotEnoughMemory, "host-b is full")],
        };
        var cli = new Cli { Gateway = (_, _) => Task.FromResult(Cli.Problem(problem)) };

        (await cli.RunAsync("migrate", "web-1", "--to", "host-b")).ShouldBe(ExitCodes.Refused);
        cli.ErrorLine().ShouldBe("mesh: refused: web-1 has a device; host-b is full");
        cli.Out.ShouldBeEmpty();

        (await cli.RunAsync("migrate", "web-1", "--to", "host-b", "-o", "json")).ShouldBe(ExitCodes.Refused);
        JsonDocument.Parse(cli.Out).RootElement.GetProperty("refusals").GetArrayLength().ShouldBe(2);
    }

    [Fact]
    public async Task Interrupting_does_not_affect_the_migration_and_says_so()
    {
        using var interrupt = new CancellationTokenSource();
        var cli = new Cli
        {
            Gateway = async (_, _) =>
            {
                await interrupt.CancelAsync();
                return await new TaskCompletionSource<HttpResponseMessage>().Task;
            },
        };

        (await cli.RunAsync(["watch", "m1"], interrupt.Token)).ShouldBe(ExitCodes.Interrupted);

        cli.ErrorLine().ShouldContain("the migration continues (mesh watch m1");
        cli.Requests.ShouldAllBe(request => request.What.StartsWith("GET "));
    }

    [Theory]
    [InlineData(MigrationOutcome.AbortedByOperator, 0)]
    [InlineData(MigrationOutcome.Completed, 1)]
    [InlineData(MigrationOutcome.Failed, 7)]
    public async Task A_watched_abort_succeeds_only_if_the_migration_was_aborted(MigrationOutcome outcome, int exitCode)
    {
        var cli = new Cli
        {
            Gateway = (_, what) => Task.FromResult(what switch
            {
                "POST /api/v1/migrations/m1/abort" => Cli.Json(new AbortAnswer(AbortResult.Aborting, "aborted by ann"), HttpStatusCode.Accepted),
                "GET /api/v1/migrations/m1/events" => TestData.Stream(TestData.View(outcome: outcome)),
                _ => Cli.Json(TestData.View(outcome: outcome)),
            }),
        };

        (await cli.RunAsync("abort", "m1", "--watch")).ShouldBe(exitCode);

        cli.Requests.First().Body.ShouldBe("""{"requestedBy":"ann"}""");
        if (exitCode == ExitCodes.Success)
            cli.Error.ShouldBeEmpty();
        else
            cli.ErrorLine().ShouldContain("migration m1 of web-1");
    }

    [Fact]
    public async Task An_abort_prints_its_result()
    {
        var cli = new Cli().Answering(Cli.Json(new AbortAnswer(AbortResult.Aborting, "aborted by ann"), HttpStatusCode.Accepted));
        (await cli.RunAsync("abort", "m1")).ShouldBe(0);
        cli.Out.Trim().ShouldBe("aborting: aborted by ann");
    }
}
