using Mesh.Contracts.Values;
using Mesh.Policy.Model;

namespace Mesh.Policy.Estimating;

/// <summary>Learns from telemetry, sample by sample.</summary>
internal static class Estimator
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan MergeWithin = TimeSpan.FromSeconds(3);

    /// <summary>What is known after a sample. One that is not newer than the last adds nothing.</summary>
    /// <param name="seen">What was known before.</param>
    /// <param name="sample">The sample.</param>
    /// <param name="tuning">The parameters since the sample before.</param>
    public static EstimatorState Observe(EstimatorState seen, CopySample sample, TuningParameters tuning)
    {
        if (seen.LastSample is { } last && sample.At <= last.At)
            return seen;

        // The count of passes began anew: this is another job.
        if (sample.Iteration < seen.LastSample?.Iteration)
            seen = EstimatorState.Empty;

        var next = BandwidthEstimator.Observe(seen, sample);
        next = sample.Iteration > 0 && sample.Status is not CopyStatus.PostCopy ? PassHistory.Observe(next, sample, tuning) : next;
        return next with
        {
            LastSample = sample,
            LowPoints = next.CurrentPass is null ? [] : AddLowPoint(seen.LowPoints, sample.At, sample.Remaining),
            PausedSince = sample.Status is CopyStatus.Paused || tuning.IsSuspended ? seen.PausedSince ?? sample.At : null,
        };
    }

    /// <summary>The low points of a window: each is lower than all that came after it.</summary>
    public static IReadOnlyList<LowPoint> AddLowPoint(IReadOnlyList<LowPoint> points, TimeSpan at, Bytes remaining)
    {
        var kept = points.Where(point => point.At >= at - Window && point.Remaining < remaining).ToList();

        // Of points close together the lowest will do, so that there are never more than 15.
        return kept.Count > 0 && at - kept[^1].At < MergeWithin ? kept : [.. kept, new LowPoint(at, remaining)];
    }
}
