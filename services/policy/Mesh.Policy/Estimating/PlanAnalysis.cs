using Mesh.Contracts.Values;
using Mesh.Hypervisor;
using Mesh.Policy.Model;

namespace Mesh.Policy.Estimating;

/// <summary>What a plan's predictions begin with.</summary>
internal static class PlanAnalysis
{
    private const double ClearlyLess = 0.95;
    private const double Slow = 0.5;

    /// <summary>The migration as it goes on with its present parameters; null before anything went out, or before memory is copied.</summary>
    public static PredictionInput? CreateInput(PlanState plan)
    {
        var seen = plan.Estimator;
        if (seen is not { Bandwidth.Count: > 0, CurrentPass: { } pass, LastSample: { } last })
            return null;
        var bandwidth = Bandwidth(plan);
        return new PredictionInput
        {
            Memory = Math.Max(last.Total.Count, 1),
            Pending = Math.Max(pass.Pending.Count, last.Remaining.Count),
            Remaining = last.Remaining.Count,
            GuestSeconds = pass.GuestTime.TotalSeconds,
            RateNow = bandwidth / (pass.Iteration == 1 ? seen.FirstWireFactor : seen.WireFactor),
            Rate = bandwidth / seen.WireFactor,
            MaxDowntime = MaxDowntime(plan).TotalSeconds,
            GuestSpeed = plan.Tuning.IsSuspended || last.Status is CopyStatus.Paused ? 0 : GuestSpeed(plan.Tuning.Throttle),
            AutoConverge = AutoConvergeModel.FromPlan(plan, seen.OverrunPassCount),
        };
    }

    /// <summary>The rate that the link usually gives, if it now gives less than half of that; null otherwise.</summary>
    public static BytesPerSecond? UsualBandwidthIfSlow(PlanState plan)
    {
        // A link is not slow because somebody has limited what goes over it.
        var usual = Math.Min(plan.Estimator.UsualBandwidth.Count, plan.Tuning.Bandwidth?.Count ?? long.MaxValue);
        return plan.Estimator.Bandwidth?.Count < Slow * usual ? new BytesPerSecond(usual) : null;
    }

    /// <summary>The downtime limit that counts.</summary>
    public static TimeSpan MaxDowntime(PlanState plan) => plan.Tuning.MaxDowntime ?? QemuLimits.DefaultMaxDowntime;

    /// <summary>The downtime that the machine bears.</summary>
    public static TimeSpan DowntimeBudget(PlanState plan) => plan.Subject.DowntimeBudget ?? plan.Policy.DowntimeBudget ?? QemuLimits.DefaultMaxDowntime;

    /// <summary>How fast a machine runs that is slowed down so much: 1 if it is not.</summary>
    public static double GuestSpeed(Percent? throttle) => 1 - (throttle?.Value ?? 0) / 100.0;

    /// <summary>
    /// The working set to believe in; null before a pass has ended. While every pass finds clearly less written anew than the one before,
    /// that goes on: how low it leads cannot be seen from above.
    /// </summary>
    public static WorkingSet? AssumedWorkingSet(PlanState plan, PredictionInput input) =>
        plan.Estimator is { WorkingSet: { } set } seen && IsShrinking(seen) && PreCopyModel.Predict(input, set.Slowest).Converges
            ? set.Slowest
            : plan.Estimator.WorkingSet?.Likely;

    /// <summary>Whether every pass finds clearly less written anew than the one before.</summary>
    public static bool IsShrinking(EstimatorState seen) =>
        seen.Passes is [.., var third, var second, var newest] && IsLess(second, third) && IsLess(newest, second);

    /// <summary>What a switch-over now would have to send, in bytes of memory: what remains, and what was written anew in this pass.</summary>
    public static double PendingBytes(PredictionInput input, WorkingSet set) => Math.Min(
        input.Memory, input.Remaining + set.LeftDirty(input.GuestSeconds, input.Memory, input.Pending, input.Pending - input.Remaining));

    private static bool IsLess(CompletedPass pass, CompletedPass before) => pass.Dirtied.Count < ClearlyLess * before.Dirtied.Count;

    // A limit that was lowered shows in the smoothed rate only after a while.
    private static double Bandwidth(PlanState plan) =>
        Math.Max(1, Math.Min(plan.Estimator.Bandwidth!.Value.Count, plan.Tuning.Bandwidth?.Count ?? long.MaxValue));
}
