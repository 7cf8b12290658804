using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Hypervisor;

namespace Mesh.Agent.Jobs;

/// <summary>
/// Counts the passes of a migration that was started without auto-converge, so that the agent can throttle the VM as
/// <see cref="QemuAutoConverge"/> would.
/// </summary>
/// <param name="Iteration">The pass of the last sample; 0 before the first.</param>
/// <param name="Transferred">What had been sent when that pass started.</param>
/// <param name="Elapsed">When it started.</param>
/// <param name="HighPasses">Overrun passes since the last step.</param>
internal sealed record AutoConvergeLadder(long Iteration, Bytes Transferred, TimeSpan Elapsed, int HighPasses)
{
    public static readonly AutoConvergeLadder Initial = new(0, Bytes.Zero, TimeSpan.Zero, 0);

    /// <summary>The state with one more sample, and whether a step is due.</summary>
    /// <param name="sample">The last sample, which may be the one before.</param>
    public (AutoConvergeLadder Next, bool IsStepDue) Observe(MigrationSample sample)
    {
        if (sample.Copy.Iteration <= Iteration)
            return (this, false);
        var next = this with { Iteration = sample.Copy.Iteration, Transferred = sample.Copy.Memory.Transferred, Elapsed = sample.Copy.Elapsed };
        if (Iteration == 0 || !DirtiedTooMuch(sample))
            return (next, false);
        return HighPasses + 1 < QemuAutoConverge.OverrunsPerStep ? (next with { HighPasses = HighPasses + 1 }, false) : (next with { HighPasses = 0 }, true);
    }

    private bool DirtiedTooMuch(MigrationSample sample)
    {
        var seconds = (sample.Copy.Elapsed - Elapsed).TotalSeconds;
        var dirtied = sample.Copy.DirtyRate.Count * seconds;
        return QemuAutoConverge.IsOverrun(dirtied, (sample.Copy.Memory.Transferred - Transferred).Count);
    }
}
