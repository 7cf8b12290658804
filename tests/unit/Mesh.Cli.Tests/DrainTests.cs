using System.Net;
using System.Text.Json;
using Mesh.Cli.Shell;
using Mesh.Cli.Watching;
using Mesh.Contracts.Api;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Testing;
using Spectre.Console;

namespace Mesh.Cli.Tests;

public sealed class DrainTests
{
    private static readonly DrainView Drain = TestData.Drain;
    private static readonly DrainMove Move = Drain.Moves[0];
    private static readonly BlockedVm Blocked = TestData.BlockedVm;

    [Fact]
    public async Task The_plan_is_shown_with_blocked_VMs_first()
    {
        var cli = new Cli().Answering(Cli.Json(Drain with { BlockedVms = [Blocked] }, HttpStatusCode.Accepted));

        (await cli.RunAsync("drain", "host-a", "host-b", "--parallel", "3", "--order", "shortest-first", "--relax-affinity", "--reason", "kernel")).ShouldBe(ExitCodes.Success);

        cli.Out.TrimEnd().Split('\n').Select(line => line.TrimEnd()).ShouldBe(
        [
            "1 VM cannot be migrated:", "VM     HOST    REASON                                  ADVICE", "gpu-1  host-a  hostDeviceAttached: gpu-1 has a device  shut it down", "",
            "VM     FROM    TO      STARTS AFTER  DURATION  DATA   EXCLUSIVE", "web-1  host-a  host-b  30.0 s        40.0 s    4 GiB  yes", "",
            "1 VM, 4 GiB: estimated duration 70.0 s (lower bound 65.0 s)", "drain d1 started (mesh drains d1, mesh drain --cancel d1)",
        ]);
        var (what, body) = cli.Requests.ShouldHaveSingleItem();
        what.ShouldBe("POST /api/v1/drains");
        var sent = JsonDocument.Parse(body).RootElement;
        sent.GetProperty("id").GetString()!.Length.ShouldBe(12);
        sent.GetProperty("hosts").EnumerateArray().Select(host => host.GetString()).ShouldBe(["host-a", "host-b"]);
        (sent.GetProperty("parallel").GetInt32(), sent.GetProperty("order").GetString(), sent.GetProperty("relaxAffinity").GetBoolean(), sent.GetProperty("dryRun").GetBoolean(),
            sent.GetProperty("requestedBy").GetString(), sent.GetProperty("reason").GetString()).ShouldBe((3, "shortestFirst", true, false, "ann", "kernel"));
    }

    [Fact]
    public async Task A_dry_run_starts_nothing_and_is_not_watched()
    {
        var cli = new Cli { Gateway = (_, _) => Task.FromResult(Cli.Json(Drain with { State = DrainState.Planned })) };
        (await cli.RunAsync("drain", "host-a", "--dry-run", "--watch")).ShouldBe(ExitCodes.Success);
        (await cli.RunAsync("drain", "--undo", "host-a", "--dry-run")).ShouldBe(ExitCodes.Success);
        cli.Out.ShouldContain("nothing was started");
        cli.Requests.Select(request => request.What).ShouldBe(["POST /api/v1/drains", "POST /api/v1/drains/host-a/undo"]);
        cli.Requests.ShouldAllBe(request => request.Body.Contains("\"dryRun\":true", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_drain_is_cancelled()
    {
        var cli = new Cli().Answering(Cli.Json(new SchedulerAnswer(true, "cancelled; 2 migrations continue")));
        (await cli.RunAsync("drain", "--cancel", "host-a", "--abort-running")).ShouldBe(ExitCodes.Success);
        cli.Requests.ShouldHaveSingleItem().ShouldBe(("POST /api/v1/drains/host-a/cancel", """{"abortRunning":true,"requestedBy":"ann"}"""));
        cli.Out.Trim().ShouldBe("cancelled; 2 migrations continue");
    }

    [Fact]
    public async Task An_unknown_host_cannot_be_drained()
    {
        var cli = new Cli().Answering(Cli.Problem(new ApiProblem { Type = ApiProblemTypes.NotFound, Title = "", Status = 404, Detail = "no host-x" }));
        (await cli.RunAsync("drain", "host-x")).ShouldBe(ExitCodes.NotFound);
        cli.ErrorLine().ShouldBe("mesh: no host-x");
    }

    [Theory]
    [InlineData(DrainState.Completed, DrainMoveState.Completed, false, 0, "drain d1 of host-a completed after 60.0 s: 1 VM migrated")]
    [InlineData(DrainState.Completed, DrainMoveState.Completed, true, 4, "drain d1 of host-a ended with 1 VM not migrated: gpu-1 (shut it down)")]
    [InlineData(DrainState.Blocked, DrainMoveState.Failed, false, 4, "ended with 1 VM not migrated: web-1 (does not converge)")]
    [InlineData(DrainState.Cancelled, DrainMoveState.Skipped, false, 5, "drain d1 of host-a was cancelled")]
    public async Task Watching_ends_with_the_drain_and_its_exit_code(DrainState state, DrainMoveState move, bool hasBlocked, int exitCode, string message)
    {
        IReadOnlyList<BlockedVm> blocked = hasBlocked ? [Blocked] : [];
        var states = new Queue<DrainView>(
        [
            Drain with { BlockedVms = blocked, Moves = [Move with { State = DrainMoveState.Migrating, Migration = new MigrationId("m1") }], Progress = new Percent(20) },
            Drain with { BlockedVms = blocked, State = state, Moves = [Move with { State = move, Message = "does not converge" }], Progress = new Percent(90), EndedAt = TestData.Noon.AddSeconds(60) },
        ]);
        var cli = new Cli
        {
            Time = new ImmediateTimeProvider(),
            Gateway = (_, what) => Task.FromResult(what.StartsWith("POST ", StringComparison.Ordinal) ? Cli.Json(Drain with { BlockedVms = blocked }) : Cli.Json(states.Dequeue())),
        };

        (await cli.RunAsync("drain", "host-a", "--watch")).ShouldBe(exitCode);

        cli.Requests.Skip(1).ShouldAllBe(request => request.What == "GET /api/v1/drains/d1");
        cli.Out.ShouldContain("web-1  host-a -> host-b  migrating");
        cli.Out.ShouldContain("20 %, 0 of 1 VM migrated, 1 migrating");
        if (exitCode == ExitCodes.Success)
            cli.Out.TrimEnd().ShouldEndWith(message);
        else
            cli.ErrorLine().ShouldContain(message);
    }

    [Fact]
    public async Task Watching_survives_an_interruption_of_the_gateway()
    {
        var number = 0;
        var cli = new Cli
        {
            Time = new ImmediateTimeProvider(),
            Gateway = (_, _) => ++number switch
            {
                1 => Task.FromResult(Cli.Json(Drain)),
                2 or 3 => throw new HttpRequestException("away"),
                _ => Task.FromResult(Cli.Json(Drain with { State = DrainState.Completed, Moves = [Move with { State = DrainMoveState.Completed }] })),
            },
        };
        (await cli.RunAsync("drains", "d1", "--watch", "-o", "json")).ShouldBe(ExitCodes.Success, cli.Error);
        JsonDocument.Parse(cli.Out).RootElement.GetProperty("state").GetString().ShouldBe("completed");
    }

    [Fact]
    public async Task Interrupting_does_not_affect_the_drain_and_says_so()
    {
        using var interrupt = new CancellationTokenSource();
        var cli = new Cli
        {
            Time = new ImmediateTimeProvider(),
            Gateway = async (_, what) =>
            {
                if (what.StartsWith("POST ", StringComparison.Ordinal))
                    return Cli.Json(Drain);
                await interrupt.CancelAsync();
                return await new TaskCompletionSource<HttpResponseMessage>().Task;
            },
        };
        (await cli.RunAsync(["drain", "host-a", "--watch"], interrupt.Token)).ShouldBe(ExitCodes.Interrupted);
        cli.ErrorLine().ShouldContain("the drain continues (mesh drains d1");
    }

    [Fact]
    public async Task Drains_are_listed_and_shown_with_their_VMs()
    {
        var cli = new Cli().Answering(Cli.Json(new DrainList([Drain], [new HostCordon(new HostName("host-a"), CordonState.Draining, "ann", TestData.Noon, "kernel", "d1")])));
        (await cli.RunAsync("drains")).ShouldBe(ExitCodes.Success);
        cli.Out.ShouldContain("d1  host-a  running  0 %       0 of 1    0             ");
        cli.Out.ShouldContain("host-a  draining  ");

        var one = new Cli().Answering(Cli.Json(Drain with { BlockedVms = [Blocked], ReplanCount = 2 }));
        (await one.RunAsync("drains", "host-a")).ShouldBe(ExitCodes.Success);
        one.Requests.ShouldHaveSingleItem().What.ShouldBe("GET /api/v1/drains/host-a");
        foreach (var text in (string[])["state:            running", "replanned 2 times", "1 VM cannot be migrated:", "web-1  host-a  host-b  pending"])
            one.Out.ShouldContain(text);
    }

    [Theory]
    [InlineData(60)]
    [InlineData(120)]
    public void The_live_display_fits_its_terminal(int columns)
    {
        var drain = Drain with
        {
            Progress = new Percent(50),
            Moves = [.. Enumerable.Range(1, 30).Select(number => Move with { VmName = $"vm-{number}", State = (DrainMoveState)(number % 5), Message = "a note that is rather long, for what it has to say" })],
        };
        using var text = new StringWriter();
        var console = (new Cli().Io with { Out = text, Window = () => (columns, 10) }).Ansi();
        console.Write(DrainTable.Draw(drain, TestData.Noon, columns, 10));

        var lines = text.ToString().TrimEnd('\n').Split('\n');
        lines.Length.ShouldBeInRange(3, 10);
        lines.ShouldAllBe(line => line.Length <= columns);
        lines[0].ShouldContain("━");
        string.Join(' ', lines).ShouldContain("50 %, 6 of 30 VMs migrated, 6 migrating, 6 failed");
        string.Join('\n', lines).ShouldContain("failed");
    }

    /// <summary>A clock whose short timers fire immediately.</summary>
    private sealed class ImmediateTimeProvider() : ManualTimeProvider(TestData.Noon)
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);

            // Not the timeouts of requests, which are longer.
            if (dueTime > TimeSpan.Zero && dueTime <= TimeSpan.FromSeconds(1))
                _ = Task.Run(() => Advance(dueTime), CancellationToken.None);
            return timer;
        }
    }
}
