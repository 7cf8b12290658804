using System.Collections.Immutable;
using Mesh.Contracts.Migrations;
using Mesh.Testing;

namespace Mesh.Chaos.Tests;

/// <summary>The columns of the table, in the order of a migration's phases.</summary>
internal static class Phases
{
    // The default policy allows two outbound migrations per host, whatever the mesh allows.
    private const string Unlimited = "--policy virsh";

    /// <summary>The destination's agent is suspended, so that the command to prepare stays unanswered.</summary>
    public static readonly Phase Prepare = new("prepare", "WS=16 RATE=2 HB=400", Unlimited, async cell => await cell.ViewAsync() is { Phase: MigrationPhase.Preparing })
    {
        Hold = cell => cell.Pair.Mesh.Agent(cell.Pair.Destination).SuspendAsync(),
        Release = cell => cell.Pair.Mesh.Agent(cell.Pair.Destination).ResumeAsync(),
    };

    /// <summary>
    /// In the middle of a plan that has replaced another: the guest is throttled by both, and writes faster than it is
    /// copied. The plan's last step completes it after the first pass over memory, which takes minutes unless the bandwidth is raised.
    /// </summary>
    public static readonly Phase PreCopy = new(
        "pre-copy", "WS=32 RATE=40 HB=400", "--bandwidth 1 --policy slowing", async cell => await cell.ViewAsync() is { Phase: MigrationPhase.PreCopy, Sample.Copy.Memory.Transferred.Count: > 0 }
            && await cell.SourceStateAsync() is { } state && state.StartsWith("running", StringComparison.Ordinal)
            && await cell.IsThrottledAsync(SteeringPolicies.SecondThrottle))
    {
        Steps = [$"throttle {SteeringPolicies.FirstThrottle} %", $"throttle {SteeringPolicies.SecondThrottle} %", "max downtime 60000 ms"],
        Steer = async cell =>
        {
            await Eventually.HoldsAsync(() => cell.IsThrottledAsync(SteeringPolicies.FirstThrottle), $"{cell.Guest} is throttled", every: Cell.PollInterval);
            await cell.SetAsync("--policy", "landing");
        },
        Finish = cell => cell.SetAsync("--bandwidth", "40"),
    };

    /// <summary>Any downtime is allowed, so that nearly all memory is left for the final pass, which the slow link prolongs.</summary>
    public static readonly Phase SwitchOver = new(
        "switch-over", "WS=16 RATE=2 HB=400", $"--bandwidth 1 --max-downtime 600000 {Unlimited}", async cell => await cell.SourceStateAsync() is "paused (migrating)");

    /// <summary>Its policy has switched it to post-copy: the guest runs on the destination while most of its memory is still pulled, slowly.</summary>
    public static readonly Phase PostCopy = new(
        "post-copy", "WS=96 RATE=2 HB=400", "--bandwidth 1 --policy changing-over",
        async cell => await cell.SourceStateAsync() is "paused (post-copy)" && await cell.DestinationStateAsync() is "running (post-copy)")
    {
        OutcomeWithoutFault = MigrationOutcome.CompletedPostCopy,
        Steps = ["post-copy"],
        Finish = cell => cell.SetAsync("--postcopy-bandwidth", "1000"),
    };

    /// <summary>Its policy allows it to leave its source only while no other migration does; it continues when the other four have ended.</summary>
    public static readonly Phase Queue = new("queue", "WS=16 RATE=2 HB=400", "--policy alone", async cell => await cell.ViewAsync() is { Phase: MigrationPhase.Queued });

    /// <summary>In the order of the table.</summary>
    public static readonly IReadOnlyList<Phase> All = [Queue, Prepare, PreCopy, SwitchOver, PostCopy];

    /// <summary>
    /// In the order in which they are entered: the longest first, the switchover as late as possible, and prepare last, because with its
    /// agent suspended the destination accepts no others.
    /// </summary>
    public static readonly ImmutableArray<Phase> AsEntered = [PostCopy, Queue, PreCopy, SwitchOver, Prepare];
}
