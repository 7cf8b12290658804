using Mesh.Contracts.Policies;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Policy.Model;

namespace Mesh.Policy.Rules;

/// <summary>When a policy evaluates a sample, and what it records of it.</summary>
internal static class SamplingInterval
{
    // Live telemetry arrives a little early or late, by a part of the interval or of the time between two samples.
    private const double JitterOfInterval = 0.05;
    private const double JitterOfSamples = 0.1;

    private static readonly double DefaultWeight = new StallDetector().BandwidthWeight;

    /// <summary>
    /// Whether a sample is evaluated: the first one, then one an interval later or slightly earlier. With frequent samples, a tolerance by
    /// the interval alone would accept a sample too early each time, and evaluate more often than the policy says.
    /// </summary>
    public static bool IsDue(PlanState plan, TimeSpan at)
    {
        if (plan is not { Policy.Interval: { } interval, EvaluatedAt: { } last, SampledAt: { } before })
            return true;
        var (ofInterval, ofSamples) = (interval * JitterOfInterval, (at - before) * JitterOfSamples);
        return at >= last + interval - (ofInterval < ofSamples ? ofInterval : ofSamples);
    }

    /// <summary>Records an evaluated sample, with its time in whole milliseconds.</summary>
    public static PlanState Record(PlanState plan, CopyStatistics copy)
    {
        var passes = plan.EvaluatedAt is null ? StartStatistics(copy) : UpdateStatistics(plan.Passes, copy);
        var doesFlow = copy.Transferred != plan.Progress.Transferred;
        return plan with
        {
            EvaluatedAt = copy.Elapsed,
            Progress = plan.Progress.Update(copy),
            Passes = SmoothBandwidth(doesFlow ? CountGrowth(passes, copy.Remaining) : passes, plan, copy),
        };
    }

    private static PassStatistics StartStatistics(CopyStatistics copy) => new()
    {
        FirstIteration = copy.Iteration,
        LastIteration = copy.Iteration,
        LeastIteration = copy.Iteration,
        LeastRemaining = copy.Remaining,
        LeastAt = copy.Elapsed,
    };

    private static PassStatistics UpdateStatistics(PassStatistics passes, CopyStatistics copy)
    {
        var isNew = copy.Iteration > passes.LastIteration;
        var isLeastBeginning = isNew && !(passes.LeastAtPassStart <= copy.Remaining);
        var isLeast = copy.Remaining < passes.LeastRemaining;
        return passes with
        {
            IsNewPass = isNew,
            LastIteration = isNew ? copy.Iteration : passes.LastIteration,
            LeastAtPassStart = isLeastBeginning ? copy.Remaining : passes.LeastAtPassStart,
            LeastIteration = isLeastBeginning ? copy.Iteration : passes.LeastIteration,
            LeastRemaining = isLeast ? copy.Remaining : passes.LeastRemaining,
            LeastAt = isLeast ? copy.Elapsed : passes.LeastAt,
        };
    }

    private static PassStatistics CountGrowth(PassStatistics passes, Bytes remaining)
    {
        var hasGrown = remaining == Bytes.Zero || (passes.LastFlowingRemaining is { Count: > 0 } before && remaining > before);
        return passes with { LastFlowingRemaining = remaining, Growths = passes.Growths + (hasGrown ? 1 : 0) };
    }

    // As KubeVirt does: not where a pass begins, and not while the VM is paused.
    private static PassStatistics SmoothBandwidth(PassStatistics passes, PlanState plan, CopyStatistics copy)
    {
        if (passes.Bandwidth == 0)
            return passes with { Bandwidth = copy.Bandwidth.Count };
        if (passes.IsNewPass || plan.Phase.IsPaused(plan.Tuning))
            return passes;
        var weight = plan.Policy.StallDetector?.BandwidthWeight ?? DefaultWeight;
        return passes with { Bandwidth = (weight * copy.Bandwidth.Count) + ((1 - weight) * passes.Bandwidth) };
    }
}
