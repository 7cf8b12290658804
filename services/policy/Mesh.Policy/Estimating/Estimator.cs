using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Policy.Model;

namespace Mesh.Policy.Estimating;

/// <summary>Estimates bandwidth, passes and working set from telemetry, sample by sample.</summary>
internal static class Estimator
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan MergeWithin = TimeSpan.FromSeconds(3);

    /// <summary>The state after a sample. A sample that is not newer than the last one is ignored.</summary>
    /// <param name="state">The state before.</param>
    /// <param name="phase">What the job does.</param>
    /// <param name="copy">Its statistics, with the time in whole milliseconds.</param>
    /// <param name="tuning">The parameters since the previous sample.</param>
    public static EstimatorState Observe(EstimatorState state, JobPhase phase, CopyStatistics copy, TuningParameters tuning)
    {
        if (state.LastSample is { } last && copy.Elapsed <= last.At)
            return state;

        // The pass number has gone back: this is another job.
        if (copy.Iteration < state.LastSample?.Iteration)
            state = EstimatorState.Empty;

        var isPaused = phase.IsPaused(tuning);
        var next = BandwidthEstimator.Observe(state, copy);
        next = copy.Iteration > 0 && !phase.IsPostCopy() ? PassHistory.Observe(next, copy, tuning, isPaused) : next;
        return next with
        {
            LastSample = ObservedSample.FromCopy(phase, copy),
            LowPoints = next.CurrentPass is null ? [] : AddLowPoint(state.LowPoints, copy.Elapsed, copy.Remaining),
            PausedSince = isPaused || tuning.IsSuspended ? state.PausedSince ?? copy.Elapsed : null,
        };
    }

    /// <summary>The low points of the window: each is lower than all later ones.</summary>
    public static IReadOnlyList<LowPoint> AddLowPoint(IReadOnlyList<LowPoint> points, TimeSpan at, Bytes remaining)
    {
        var kept = points.Where(point => point.At >= at - Window && point.Remaining < remaining).ToList();

        // Of points close together the lowest is enough, so there are never more than 15.
        return kept.Count > 0 && at - kept[^1].At < MergeWithin ? kept : [.. kept, new LowPoint(at, remaining)];
    }
}
