using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;

namespace Mesh.Scheduler.Draining;

/// <summary>How far a drain is, and when it is expected to end. Changes with the clock and is never stored.</summary>
/// <param name="Progress">How much of the data has been moved, 0 to 100.</param>
/// <param name="ExpectedEnd">The expected end; null if it has ended or cannot be predicted.</param>
public sealed record DrainEstimate(Percent Progress, DateTimeOffset? ExpectedEnd)
{
    /// <summary>The estimate by the stored plan alone, until the scheduler has compared it with the running migrations.</summary>
    public static DrainEstimate FromPlan(Drain drain)
    {
        ArgumentNullException.ThrowIfNull(drain);
        return new(
            drain.State == DrainState.Planned ? new Percent(0) : DrainProgress.ComputePercent(drain.Moves, _ => null),
            drain.State is DrainState.Planned or DrainState.Running ? drain.PlannedAt + drain.Makespan : null);
    }
}
