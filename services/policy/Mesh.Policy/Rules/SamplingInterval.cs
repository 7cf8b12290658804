using Mesh.Contracts.Policies;
using Mesh.Contracts.Values;
using Mesh.Policy.Model;

namespace Mesh.Policy.Rules;

/// <summary>When telemetry is looked at, and what is kept of a look.</summary>
internal static class SamplingInterval
{
    // Live telemetry comes a little early or late, by a part of the interval or of the time between two samples.
    private const double JitterOfInterval = 0.05;
    private const double JitterOfSamples = 0.1;

    private static readonly double DefaultWeight = new StallDetector().BandwidthWeight;

    /// <summary>
    /// Whether a sample is looked at: the first one, then one an interval later or a little earlier. Where samples come often, a part of
    /// the interval alone would take one too early each time, and look more often than the policy says.
    /// </summary>
    public static bool IsDue(PlanState plan, TimeSpan at)
    {
        if (plan is not { Policy.Interval: { } interval, EvaluatedAt: { } last, SampledAt: { } before })
            return true;
        var (ofInterval, ofSamples) = (interval * JitterOfInterval, (at - before) * JitterOfSamples);
        return at >= last + interval - (ofInterval < ofSamples ? ofInterval : ofSamples);
    }

    /// <summary>Keeps what was looked at. The sample's time is in whole milliseconds.</summary>
    public static PlanState Record(PlanState plan, CopySample sample)
    {
        var passes = plan.EvaluatedAt is null ? StartStatistics(sample) : UpdateStatistics(plan.Passes, sample);
        var doesFlow = sample.Transferred != plan.Progress.Transferred;
        return plan with
        {
            EvaluatedAt = sample.At,
            Progress = plan.Progress.Update(sample),
            Passes = SmoothBandwidth(doesFlow ? CountGrowth(passes, sample.Remaining) : passes, plan.Policy, sample),
        };
    }

    private static PassStatistics StartStatistics(CopySample sample) => new()
    {
        FirstIteration = sample.Iteration,
        LastIteration = sample.Iteration,
        LeastIteration = sample.Iteration,
        LeastRemaining = sample.Remaining,
        LeastAt = sample.At,
    };

    private static PassStatistics UpdateStatistics(PassStatistics passes, CopySample sample)
    {
        var isNew = sample.Iteration > passes.LastIteration;
        var isLeastBeginning = isNew && !(passes.LeastAtPassStart <= sample.Remaining);
        var isLeast = sample.Remaining < passes.LeastRemaining;
        return passes with
        {
            IsNewPass = isNew,
            LastIteration = isNew ? sample.Iteration : passes.LastIteration,
            LeastAtPassStart = isLeastBeginning ? sample.Remaining : passes.LeastAtPassStart,
            LeastIteration = isLeastBeginning ? sample.Iteration : passes.LeastIteration,
            LeastRemaining = isLeast ? sample.Remaining : passes.LeastRemaining,
            LeastAt = isLeast ? sample.At : passes.LeastAt,
        };
    }

    private static PassStatistics CountGrowth(PassStatistics passes, Bytes remaining)
    {
        var hasGrown = remaining == Bytes.Zero || (passes.LastFlowingRemaining is { Count: > 0 } before && remaining > before);
        return passes with { LastFlowingRemaining = remaining, Growths = passes.Growths + (hasGrown ? 1 : 0) };
    }

    // As KubeVirt does: not where a pass begins, and not while the machine stands still.
    private static PassStatistics SmoothBandwidth(PassStatistics passes, MigrationPolicy policy, CopySample sample)
    {
        if (passes.Bandwidth == 0)
            return passes with { Bandwidth = sample.Bandwidth.Count };
        if (passes.IsNewPass || sample.Status is CopyStatus.Paused)
            return passes;
        var weight = policy.StallDetector?.BandwidthWeight ?? DefaultWeight;
        return passes with { Bandwidth = (weight * sample.Bandwidth.Count) + ((1 - weight) * passes.Bandwidth) };
    }
}
