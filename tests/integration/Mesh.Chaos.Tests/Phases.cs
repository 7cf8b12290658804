using System.Collections.Immutable;
using Mesh.Contracts.Migrations;

namespace Mesh.Chaos.Tests;

/// <summary>The columns of the table, in the order of a migration's life.</summary>
internal static class Phases
{
    /// <summary>The destination's agent is there but does nothing, so that the order to prepare stays unanswered.</summary>
    public static readonly Phase Prepare = new("prepare", "WS=16 RATE=2 HB=400", "", async cell => await cell.ViewAsync() is { Phase: MigrationPhase.Preparing })
    {
        Hold = cell => cell.Pair.Mesh.Agent(cell.Pair.Destination).HoldAsync(),
        Release = cell => cell.Pair.Mesh.Agent(cell.Pair.Destination).GoOnAsync(),
    };

    /// <summary>The guest writes faster than it is copied, until the downtime limit is raised above everything that remains.</summary>
    public static readonly Phase PreCopy = new(
        "pre-copy", "WS=32 RATE=20 HB=400", "--bandwidth 1", async cell => await cell.ViewAsync() is { Phase: MigrationPhase.PreCopy, Sample.Memory.Transferred.Count: > 0 }
            && await cell.SourceStateAsync() is { } state && state.StartsWith("running", StringComparison.Ordinal))
    {
        LetGo = async cell =>
        {
            await cell.Pair.Bed.TryAsync("virsh", cell.Pair.Source, "migrate-setspeed", cell.Guest, "1000");
            await cell.Pair.Bed.TryAsync("virsh", cell.Pair.Source, "migrate-setmaxdowntime", cell.Guest, "60000");
        },
    };

    /// <summary>Any downtime will do, so that nearly all memory is left to the final pass, which the slow link makes last.</summary>
    public static readonly Phase SwitchOver = new(
        "switch-over", "WS=16 RATE=2 HB=400", "--bandwidth 1 --max-downtime 600000", async cell => await cell.SourceStateAsync() is "paused (migrating)");

    /// <summary>The guest runs on the destination while most of its memory is still to come, slowly.</summary>
    public static readonly Phase PostCopy = new(
        "post-copy", "WS=16 RATE=2 HB=400", "--bandwidth 1 --postcopy --timeout 1 --timeout-postcopy --postcopy-bandwidth 1",
        async cell => await cell.SourceStateAsync() is "paused (post-copy)" && await cell.DestinationStateAsync() is "running (post-copy)")
    {
        Undisturbed = MigrationOutcome.CompletedPostCopy,
        LetGo = cell => cell.Pair.Bed.TryAsync("virsh", cell.Pair.Source, "migrate-setspeed", cell.Guest, "1000", "--postcopy"),
    };

    /// <summary>As the table shows them.</summary>
    public static readonly IReadOnlyList<Phase> All = [Prepare, PreCopy, SwitchOver, PostCopy];

    /// <summary>
    /// As they are entered: those that last longest first, the switch-over as late as can be, and prepare last, because with its
    /// agent held the destination takes in no others.
    /// </summary>
    public static readonly ImmutableArray<Phase> AsEntered = [PostCopy, PreCopy, SwitchOver, Prepare];
}
