using Mesh.Contracts.Policies;
using Mesh.Contracts.Values;

namespace Mesh.Policy.Rules;

/// <summary>When telemetry is looked at, and what is kept of a look.</summary>
internal static class Looks
{
    // Live telemetry comes a little early or late, by a part of the interval or of the time between two samples.
    private const double JitterOfInterval = 0.05;
    private const double JitterOfSamples = 0.1;

    private static readonly double UsualWeight = new StallDetector().BandwidthWeight;

    /// <summary>
    /// Whether a sample is looked at: the first one, then one an interval later or a little earlier. Where samples come often, a part of
    /// the interval alone would take one too early each time, and look more often than the policy says.
    /// </summary>
    public static bool IsDue(PlanState plan, TimeSpan at)
    {
        if (plan is not { Policy.Interval: { } interval, LookedAt: { } last, SampledAt: { } before })
            return true;
        var (ofInterval, ofSamples) = (interval * JitterOfInterval, (at - before) * JitterOfSamples);
        return at >= last + interval - (ofInterval < ofSamples ? ofInterval : ofSamples);
    }

    /// <summary>Keeps what was looked at. The sample's time is in whole milliseconds.</summary>
    public static PlanState See(PlanState plan, PlanSample sample)
    {
        var passes = plan.LookedAt is null ? First(sample) : Next(plan.Passes, sample);
        var doesFlow = sample.Processed != plan.Progress.Processed;
        return plan with
        {
            LookedAt = sample.At,
            Progress = plan.Progress.See(sample),
            Passes = Smoothed(doesFlow ? Grown(passes, sample.Remaining) : passes, plan.Policy, sample),
        };
    }

    private static PassesSeen First(PlanSample sample) => new()
    {
        First = sample.Iteration,
        Last = sample.Iteration,
        LeastIn = sample.Iteration,
        Least = sample.Remaining,
        LeastAt = sample.At,
    };

    private static PassesSeen Next(PassesSeen passes, PlanSample sample)
    {
        var isNew = sample.Iteration > passes.Last;
        var isLeastBeginning = isNew && !(passes.LeastAtBeginning <= sample.Remaining);
        var isLeast = sample.Remaining < passes.Least;
        return passes with
        {
            IsNew = isNew,
            Last = isNew ? sample.Iteration : passes.Last,
            LeastAtBeginning = isLeastBeginning ? sample.Remaining : passes.LeastAtBeginning,
            LeastIn = isLeastBeginning ? sample.Iteration : passes.LeastIn,
            Least = isLeast ? sample.Remaining : passes.Least,
            LeastAt = isLeast ? sample.At : passes.LeastAt,
        };
    }

    private static PassesSeen Grown(PassesSeen passes, Bytes remaining)
    {
        var hasGrown = remaining == Bytes.Zero || (passes.Flowing is { Count: > 0 } before && remaining > before);
        return passes with { Flowing = remaining, Growths = passes.Growths + (hasGrown ? 1 : 0) };
    }

    // As KubeVirt does: not where a pass begins, and not while the machine stands still.
    private static PassesSeen Smoothed(PassesSeen passes, MigrationPolicy policy, PlanSample sample)
    {
        if (passes.Bandwidth == 0)
            return passes with { Bandwidth = sample.Bandwidth.Count };
        if (passes.IsNew || sample.Status is PlanStatus.Paused)
            return passes;
        var weight = policy.StallDetector?.BandwidthWeight ?? UsualWeight;
        return passes with { Bandwidth = (weight * sample.Bandwidth.Count) + ((1 - weight) * passes.Bandwidth) };
    }
}
