using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Policy.Model;

namespace Mesh.Policy.Estimating;

/// <summary>Says what is to be expected of a migration.</summary>
internal static class Forecaster
{
    private static readonly TimeSpan StuckAfter = TimeSpan.FromSeconds(3);

    /// <summary>The forecast after the newest sample; null before anything has gone out.</summary>
    public static MigrationForecast? Create(PlanState plan)
    {
        if (plan.Estimator is not { Bandwidth: { Count: > 0 } bandwidth, LastSample: { } last })
            return null;
        return IsStuck(plan.Estimator, last) ? Stuck(plan.Estimator, last)
            : last.Phase.IsPostCopy() || plan.Tuning.IsPostCopy ? PostCopy(last, bandwidth.Count / plan.Estimator.WireFactor)
            : PlanAnalysis.CreateInput(plan) is not { } input ? BeforeMemory(plan, last, bandwidth)
            : plan.Tuning.IsSuspended || last.Phase.IsPaused(plan.Tuning) ? Suspended(plan, input, last)
            : PlanAnalysis.AssumedWorkingSet(plan, input) is { } set ? Running(plan, input, set, plan.Estimator.WorkingSet!)
            : FirstPass(plan, input, last);
    }

    private static bool IsStuck(EstimatorState seen, ObservedSample last) => last.Remaining > Bytes.Zero && last.At - seen.ProgressedAt >= StuckAfter;

    private static MigrationForecast Stuck(EstimatorState seen, ObservedSample last)
    {
        var because = $"nothing has been copied for {EstimateFormat.Duration(last.At - seen.ProgressedAt)}";
        return new MigrationForecast
        {
            Converges = false,
            Bandwidth = seen.Bandwidth,
            Reason = because,
            Advice = "a connection between the hosts that works again",
            Text = $"{because}; {last.Remaining} remain",
        };
    }

    private static MigrationForecast PostCopy(ObservedSample last, double rate)
    {
        var seconds = last.Remaining.Count / rate;
        return new MigrationForecast
        {
            Converges = true,
            TimeToEnd = EstimateFormat.ToTimeSpan(seconds),
            Bandwidth = new BytesPerSecond((long)rate),
            Text = (last.Phase.IsPostCopy() ? "post-copy: the machine runs on the destination" : "changing over to post-copy")
                + $", {last.Remaining} follow in about {EstimateFormat.Duration(seconds)}",
        };
    }

    private static MigrationForecast BeforeMemory(PlanState plan, ObservedSample last, BytesPerSecond bandwidth)
    {
        // While disks are copied, the total may or may not have the memory in it.
        var disks = plan.Subject.Disks.Sum(disk => disk.Count);
        var toCome = last.Total.Count < disks + plan.Subject.Memory.Count ? plan.Subject.Memory.Count : 0;
        var seconds = (last.Remaining.Count + toCome) / (double)bandwidth.Count;
        return new MigrationForecast
        {
            Converges = true,
            Bandwidth = bandwidth,
            Text = $"before the first pass over memory, which is done in about {EstimateFormat.Duration(seconds)}",
        };
    }

    private static MigrationForecast FirstPass(PlanState plan, PredictionInput input, ObservedSample last)
    {
        if (last.DirtyRate.Count > 0)
        {
            var steady = new WorkingSet(Bytes.Zero, TimeSpan.FromSeconds(1), last.DirtyRate);
            return Running(plan, input, steady, new WorkingSetRange(steady, steady, steady));
        }

        return new MigrationForecast
        {
            Converges = true,
            Bandwidth = plan.Estimator.Bandwidth,
            Text = $"first pass over memory: done in about {EstimateFormat.Duration(input.Remaining / input.RateNow)}, and then it shows how much is written anew",
        };
    }

    private static MigrationForecast Suspended(PlanState plan, PredictionInput input, ObservedSample last)
    {
        var toSend = plan.Estimator.WorkingSet is { } set ? PlanAnalysis.PendingBytes(input, set.Likely) : input.Remaining;
        var seconds = input.Remaining / input.RateNow + (toSend - input.Remaining) / input.Rate + PreCopyModel.SwitchOverCost;
        var downtime = seconds + (last.At - (plan.Estimator.PausedSince ?? last.At)).TotalSeconds;
        return new MigrationForecast
        {
            Converges = true,
            TimeToEnd = EstimateFormat.ToTimeSpan(seconds),
            Downtime = EstimateFormat.ToTimeSpan(downtime),
            Bandwidth = plan.Estimator.Bandwidth,
            DirtyRate = new BytesPerSecond(0),
            Text = $"the machine is suspended: ends in about {EstimateFormat.Duration(seconds)} with {EstimateFormat.Duration(downtime)} of downtime",
        };
    }

    private static MigrationForecast Running(PlanState plan, PredictionInput input, WorkingSet believed, WorkingSetRange set)
    {
        var prediction = PreCopyModel.Predict(input, believed);
        var dirty = plan.Estimator.Passes is [.., var newest] ? newest.DirtyRate() : believed.ColdRate;
        return prediction.Converges ? Ends(plan, prediction, dirty) : Diverges(plan, input, set, dirty);
    }

    private static MigrationForecast Ends(PlanState plan, PreCopyPrediction prediction, BytesPerSecond dirty)
    {
        var slowed = prediction.AutoConverge is { } ladder && ladder.Overrun > ladder.OverrunBefore && ladder.ThrottlePercent > 0
            ? $", slowed down by QEMU to {100 - ladder.ThrottlePercent:0} % of its speed" : "";
        var left = (PolicyEngine.CompletionTimeout(plan.Policy, plan.Subject) ?? TimeSpan.MaxValue) - plan.Estimator.LastSample!.At;
        var late = prediction.Seconds - left.TotalSeconds;
        return new MigrationForecast
        {
            Converges = true,
            TimeToEnd = EstimateFormat.ToTimeSpan(prediction.Seconds),
            Downtime = EstimateFormat.ToTimeSpan(prediction.Downtime),
            Bandwidth = plan.Estimator.Bandwidth,
            DirtyRate = dirty,
            Text = $"ends in about {EstimateFormat.Duration(prediction.Seconds)} with {EstimateFormat.Duration(prediction.Downtime)} of downtime{slowed}"
                + (late > 0 ? $", {EstimateFormat.Duration(late)} after its time is up" : ""),
        };
    }

    private static MigrationForecast Diverges(PlanState plan, PredictionInput input, WorkingSetRange set, BytesPerSecond dirty)
    {
        var best = PreCopyModel.PredictAtBest(input, set.Likely);
        var bandwidth = plan.Estimator.Bandwidth!.Value;
        var missed = PlanAnalysis.UsualBandwidthIfSlow(plan) is { } usual ? $" where the link usually gives {usual}" : "";
        var because = (dirty.Count > 1.1 * input.Rate
                ? $"it writes {dirty} of memory anew and {bandwidth} go out{missed}"
                : $"it writes memory anew as fast as it goes out, {bandwidth}{missed}")
            + $": at best {new Bytes((long)best.Pending)} remain, which is {EstimateFormat.Duration(best.Downtime)} of downtime, "
            + $"and {EstimateFormat.Duration(input.MaxDowntime)} are allowed";
        var remedy = Remedies.Describe(plan, input, set, best);
        return new MigrationForecast
        {
            Converges = false,
            Downtime = EstimateFormat.ToTimeSpan(best.Downtime),
            Bandwidth = bandwidth,
            DirtyRate = dirty,
            Reason = because,
            Advice = remedy,
            Text = $"does not converge because {because}; it would with {remedy}",
        };
    }
}
