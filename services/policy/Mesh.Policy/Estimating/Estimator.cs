using Mesh.Contracts.Values;

namespace Mesh.Policy.Estimating;

/// <summary>Learns from telemetry, sample by sample.</summary>
internal static class Estimator
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan Together = TimeSpan.FromSeconds(3);

    /// <summary>What is known after a sample. One that is not newer than the last adds nothing.</summary>
    /// <param name="seen">What was known before.</param>
    /// <param name="sample">The sample.</param>
    /// <param name="knobs">The parameters since the sample before.</param>
    public static EstimatorState See(EstimatorState seen, PlanSample sample, Knobs knobs)
    {
        if (seen.Last is { } last && sample.At <= last.At)
            return seen;

        // The count of passes began anew: this is another job.
        if (sample.Iteration < seen.Last?.Iteration)
            seen = EstimatorState.Empty;

        var next = Bandwidths.See(seen, sample);
        next = sample.Iteration > 0 && sample.Status is not PlanStatus.PostCopy ? PassBook.See(next, sample, knobs) : next;
        return next with
        {
            Last = sample,
            LowPoints = next.Pass is null ? [] : Lower(seen.LowPoints, sample.At, sample.Remaining),
            PausedSince = sample.Status is PlanStatus.Paused || knobs.IsSuspended ? seen.PausedSince ?? sample.At : null,
        };
    }

    /// <summary>The low points of a window: each is lower than all that came after it.</summary>
    public static IReadOnlyList<LowPoint> Lower(IReadOnlyList<LowPoint> points, TimeSpan at, Bytes remaining)
    {
        var kept = points.Where(point => point.At >= at - Window && point.Remaining < remaining).ToList();

        // Of points close together the lowest will do, so that there are never more than 15.
        return kept.Count > 0 && at - kept[^1].At < Together ? kept : [.. kept, new LowPoint(at, remaining)];
    }
}
