using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Hypervisor;

namespace Mesh.Agent.Jobs;

/// <summary>
/// Counts the passes of a migration that was started without auto-converge, so that the agent can throttle the VM as
/// <see cref="QemuAutoConverge"/> would.
/// </summary>
/// <param name="Iteration">The pass that was under way when last seen; 0 before the first.</param>
/// <param name="Transferred">What had been sent when it began.</param>
/// <param name="Elapsed">When that was.</param>
/// <param name="HighPasses">Passes that dirtied too much, since the last step.</param>
internal sealed record AutoConvergeLadder(long Iteration, Bytes Transferred, TimeSpan Elapsed, int HighPasses)
{
    public static readonly AutoConvergeLadder Initial = new(0, Bytes.Zero, TimeSpan.Zero, 0);

    /// <summary>What to remember, and whether a step is due.</summary>
    /// <param name="sample">The newest telemetry, whether new or not.</param>
    public (AutoConvergeLadder Next, bool IsStepDue) Observe(MigrationSample sample)
    {
        if (sample.Iteration <= Iteration)
            return (this, false);
        var next = this with { Iteration = sample.Iteration, Transferred = sample.Memory.Transferred, Elapsed = sample.Elapsed };
        if (Iteration == 0 || !DirtiedTooMuch(sample))
            return (next, false);
        return HighPasses + 1 < QemuAutoConverge.OverrunsPerStep ? (next with { HighPasses = HighPasses + 1 }, false) : (next with { HighPasses = 0 }, true);
    }

    private bool DirtiedTooMuch(MigrationSample sample)
    {
        var seconds = (sample.Elapsed - Elapsed).TotalSeconds;
        var dirtied = (double)sample.DirtyRatePagesPerSecond * sample.PageSize.Count * seconds;
        return QemuAutoConverge.IsOverrun(dirtied, (sample.Memory.Transferred - Transferred).Count);
    }
}
