using Mesh.Contracts.Values;
using Mesh.Hypervisor;
using Mesh.Policy.Model;

namespace Mesh.Policy.Estimating;

/// <summary>Derives the input of predictions from a plan.</summary>
internal static class PlanAnalysis
{
    private const double ClearlyLess = 0.95;
    private const double Slow = 0.5;

    /// <summary>The migration with its current parameters; null before any data was sent, or before memory is copied.</summary>
    public static PredictionInput? CreateInput(PlanState plan)
    {
        var state = plan.Estimator;
        if (state is not { Bandwidth.Count: > 0, CurrentPass: { } pass, LastSample: { } last })
            return null;
        var bandwidth = Bandwidth(plan);
        return new PredictionInput
        {
            Memory = Math.Max(last.Total.Count, 1),
            Pending = Math.Max(pass.Pending.Count, last.Remaining.Count),
            Remaining = last.Remaining.Count,
            GuestSeconds = pass.GuestTime.TotalSeconds,
            RateNow = bandwidth / (pass.Iteration == 1 ? state.FirstWireFactor : state.WireFactor),
            Rate = bandwidth / state.WireFactor,
            MaxDowntime = MaxDowntime(plan).TotalSeconds,
            GuestSpeed = plan.Tuning.IsSuspended || last.Phase.IsPaused(plan.Tuning) ? 0 : GuestSpeed(plan.Tuning.Throttle),
            AutoConverge = AutoConvergeModel.FromPlan(plan, state.OverrunPassCount),
        };
    }

    /// <summary>The rate that the link usually carries, if it now carries less than half of that; null otherwise.</summary>
    public static BytesPerSecond? UsualBandwidthIfSlow(PlanState plan)
    {
        // A bandwidth limit does not make the link slow.
        var usual = Math.Min(plan.Estimator.UsualBandwidth.Count, plan.Tuning.Bandwidth?.Count ?? long.MaxValue);
        return plan.Estimator.Bandwidth?.Count < Slow * usual ? new BytesPerSecond(usual) : null;
    }

    /// <summary>The maximum downtime in force.</summary>
    public static TimeSpan MaxDowntime(PlanState plan) => plan.Tuning.MaxDowntime ?? QemuLimits.DefaultMaxDowntime;

    /// <summary>The downtime that the VM tolerates.</summary>
    public static TimeSpan DowntimeBudget(PlanState plan) => plan.Subject.DowntimeBudget ?? plan.Policy.DowntimeBudget ?? QemuLimits.DefaultMaxDowntime;

    /// <summary>The speed of a throttled guest; 1 without a throttle.</summary>
    public static double GuestSpeed(Percent? throttle) => 1 - (throttle?.Value ?? 0) / 100.0;

    /// <summary>
    /// The working set to assume; null before a pass has ended. While each pass leaves clearly less dirty memory than the one before, that
    /// trend is assumed to continue, because how low it leads is unknown.
    /// </summary>
    public static WorkingSet? AssumedWorkingSet(PlanState plan, PredictionInput input) =>
        plan.Estimator is { WorkingSet: { } set } state && IsShrinking(state) && PreCopyModel.Predict(input, set.Slowest).Converges
            ? set.Slowest
            : plan.Estimator.WorkingSet?.Likely;

    /// <summary>Whether each pass leaves clearly less dirty memory than the one before.</summary>
    public static bool IsShrinking(EstimatorState state) =>
        state.Passes is [.., var third, var second, var newest] && IsLess(second, third) && IsLess(newest, second);

    /// <summary>What a switchover now would have to send, in bytes of memory: what remains, and what was dirtied in this pass.</summary>
    public static double PendingBytes(PredictionInput input, WorkingSet set) => Math.Min(
        input.Memory, input.Remaining + set.LeftDirty(input.GuestSeconds, input.Memory, input.Pending, input.Pending - input.Remaining));

    private static bool IsLess(CompletedPass pass, CompletedPass before) => pass.Dirtied.Count < ClearlyLess * before.Dirtied.Count;

    // The smoothed rate follows a lowered limit only after a while.
    private static double Bandwidth(PlanState plan) =>
        Math.Max(1, Math.Min(plan.Estimator.Bandwidth!.Value.Count, plan.Tuning.Bandwidth?.Count ?? long.MaxValue));
}
