using Mesh.Contracts.Values;
using Mesh.Policy.Estimating;
using Mesh.Policy.Model;

namespace Mesh.Policy.Adapting;

/// <summary>
/// Slows the machine down, straight to what is predicted to suffice and never back before the switch-over: released, it would write
/// as before.
/// </summary>
internal static class ThrottleMitigation
{
    private static readonly int[] Steps = [20, 35, 50, 65, 80, 90, 95];

    // So many passes show whether the last step has helped.
    private const int PassesToEvaluate = 2;

    /// <summary>Whether it is still to be seen what the last step does.</summary>
    public static bool IsEffectPending(ConvergenceOutlook now, AdaptiveState state) =>
        now.Plan.Tuning.Throttle is not null && now.Plan.Estimator.PassCount < state.ThrottledAfterPasses + PassesToEvaluate;

    /// <summary>The least further slowing down that may suffice; null if none does.</summary>
    public static PlannedAction? Choose(ConvergenceOutlook now)
    {
        if (!now.Permits.Throttle)
            return null;

        // Where something stronger may follow it must be likely to help; where this is the last that may, it is tried and the next passes tell.
        var set = SwitchOverMitigation.IsAvailable(now, now.Pending) ? now.WorkingSets.Likely : now.WorkingSets.Slowest;
        foreach (var percent in Steps.Where(step => step < now.Rule.ThrottleMax.Value).Append(now.Rule.ThrottleMax.Value))
        {
            var speed = PlanAnalysis.GuestSpeed(new Percent(percent));
            if (speed >= now.Input.GuestSpeed)
                continue;
            var prediction = PreCopyModel.Predict(now.Input with { MaxDowntime = now.Budget, GuestSpeed = speed }, set);
            if (now.IsInTime(prediction))
                return PlannedAction.SetThrottle(now.At, new Percent(percent), Reason(now, percent, prediction));
        }

        return null;
    }

    private static string Reason(ConvergenceOutlook now, int percent, PreCopyPrediction prediction) =>
        (now.Plan.Tuning.Throttle is { } before ? $"slowed down by {before} it still does not end" : "it does not end")
        + $" within the budget of {EstimateFormat.Duration(now.Budget)}, {EstimateFormat.Duration(now.Pending)} of data are pending; "
        + $"slowed down by {percent} % it may end in about {EstimateFormat.Duration(prediction.Seconds)} with {EstimateFormat.Duration(prediction.Downtime)} of downtime";
}
