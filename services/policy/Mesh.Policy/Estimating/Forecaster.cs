using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Policy.Model;
using Mesh.Policy.Rules;

namespace Mesh.Policy.Estimating;

/// <summary>Forecasts when a migration ends and with which downtime, or that it does not end and what would change that.</summary>
internal static class Forecaster
{
    private static readonly TimeSpan StuckAfter = TimeSpan.FromSeconds(3);

    /// <summary>The forecast after the newest sample; null before any data was sent.</summary>
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

    private static bool IsStuck(EstimatorState state, ObservedSample last) => last.Remaining > Bytes.Zero && last.At - state.ProgressedAt >= StuckAfter;

    private static MigrationForecast Stuck(EstimatorState state, ObservedSample last)
    {
        var cause = $"no data sent for {EstimateFormat.Duration(last.At - state.ProgressedAt)}";
        return new MigrationForecast
        {
            Converges = false,
            Bandwidth = state.Bandwidth,
            Reason = cause,
            Advice = "a working connection between the hosts",
            Text = $"{cause}; {last.Remaining} remain",
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
            Text = (last.Phase.IsPostCopy() ? "post-copy: the VM runs on the destination" : "switching to post-copy")
                + $", {last.Remaining} remain, pulled in about {EstimateFormat.Duration(seconds)}",
        };
    }

    private static MigrationForecast BeforeMemory(PlanState plan, ObservedSample last, BytesPerSecond bandwidth)
    {
        // While disks are copied, the total may or may not include the memory.
        var disks = plan.Subject.Disks.Sum(disk => disk.Count);
        var missing = last.Total.Count < disks + plan.Subject.Memory.Count ? plan.Subject.Memory.Count : 0;
        var seconds = (last.Remaining.Count + missing) / (double)bandwidth.Count;
        return new MigrationForecast
        {
            Converges = true,
            Bandwidth = bandwidth,
            Text = $"before the first pass over memory, which ends in about {EstimateFormat.Duration(seconds)}",
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
            Text = $"first pass over memory, which ends in about {EstimateFormat.Duration(input.Remaining / input.RateNow)}; dirty rate unknown until then",
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
            Text = $"VM suspended: ends in about {EstimateFormat.Duration(seconds)} with {EstimateFormat.Duration(downtime)} of downtime",
        };
    }

    private static MigrationForecast Running(PlanState plan, PredictionInput input, WorkingSet assumed, WorkingSetRange set)
    {
        var prediction = PreCopyModel.Predict(input, assumed);
        var dirty = plan.Estimator.Passes is [.., var newest] ? newest.DirtyRate() : assumed.ColdRate;
        return prediction.Converges ? Ends(plan, prediction, dirty) : Diverges(plan, input, set, dirty);
    }

    private static MigrationForecast Ends(PlanState plan, PreCopyPrediction prediction, BytesPerSecond dirty)
    {
        var throttled = prediction.AutoConverge is { } ladder && ladder.Overrun > ladder.OverrunBefore && ladder.ThrottlePercent > 0
            ? $", throttled by QEMU to {100 - ladder.ThrottlePercent:0} % of its speed" : "";
        var left = (LimitChecks.CompletionTimeout(plan) ?? TimeSpan.MaxValue) - plan.Estimator.LastSample!.At;
        var late = prediction.Seconds - left.TotalSeconds;
        return new MigrationForecast
        {
            Converges = true,
            TimeToEnd = EstimateFormat.ToTimeSpan(prediction.Seconds),
            Downtime = EstimateFormat.ToTimeSpan(prediction.Downtime),
            Bandwidth = plan.Estimator.Bandwidth,
            DirtyRate = dirty,
            Text = $"ends in about {EstimateFormat.Duration(prediction.Seconds)} with {EstimateFormat.Duration(prediction.Downtime)} of downtime{throttled}"
                + (late > 0 ? $", {EstimateFormat.Duration(late)} past its deadline" : ""),
        };
    }

    private static MigrationForecast Diverges(PlanState plan, PredictionInput input, WorkingSetRange set, BytesPerSecond dirty)
    {
        var best = PreCopyModel.PredictAtBest(input, set.Likely);
        var bandwidth = plan.Estimator.Bandwidth!.Value;
        var usually = PlanAnalysis.UsualBandwidthIfSlow(plan) is { } usual ? $" where the link usually carries {usual}" : "";
        var cause = (dirty.Count > 1.1 * input.Rate
                ? $"the guest dirties {dirty} of memory and {bandwidth} is sent{usually}"
                : $"the guest dirties memory as fast as it is sent, {bandwidth}{usually}")
            + $": at best {new Bytes((long)best.Pending)} remain, {EstimateFormat.Duration(best.Downtime)} of downtime, "
            + $"and the maximum downtime is {EstimateFormat.Duration(input.MaxDowntime)}";
        var remedy = Remedies.Describe(plan, input, set, best);
        return new MigrationForecast
        {
            Converges = false,
            Downtime = EstimateFormat.ToTimeSpan(best.Downtime),
            Bandwidth = bandwidth,
            DirtyRate = dirty,
            Reason = cause,
            Advice = remedy,
            Text = $"does not converge because {cause}; it would with {remedy}",
        };
    }
}
