using Mesh.Contracts.Values;
using Mesh.Policy.Estimating;
using Mesh.Policy.Model;

namespace Mesh.Policy.Adapting;

/// <summary>
/// Throttles the vCPUs, straight to what is predicted to suffice and never back before the switchover: without the throttle the guest
/// would write as before.
/// </summary>
internal static class ThrottleMitigation
{
    private static readonly int[] Steps = [20, 35, 50, 65, 80, 90, 95];

    // After this many passes the effect of the last step is known.
    private const int PassesToEvaluate = 2;

    /// <summary>Whether the effect of the last step is not known yet.</summary>
    public static bool IsEffectPending(ConvergenceOutlook outlook, AdaptiveState state) =>
        outlook.Plan.Tuning.Throttle is not null && outlook.Plan.Estimator.PassCount < state.ThrottledAfterPasses + PassesToEvaluate;

    /// <summary>Applies the lowest stronger throttle that may suffice; null if none does.</summary>
    public static PlannedAction? Choose(ConvergenceOutlook outlook)
    {
        if (!outlook.Permits.Throttle)
            return null;

        // If something stronger may follow, the throttle must be likely to help; if it is the last resort, it is tried and the next passes decide.
        var set = SwitchOverMitigation.IsAvailable(outlook, outlook.Pending) ? outlook.WorkingSets.Likely : outlook.WorkingSets.Slowest;
        foreach (var percent in Steps.Where(step => step < outlook.Rule.ThrottleMax.Value).Append(outlook.Rule.ThrottleMax.Value))
        {
            var speed = PlanAnalysis.GuestSpeed(new Percent(percent));
            if (speed >= outlook.Input.GuestSpeed)
                continue;
            var prediction = PreCopyModel.Predict(outlook.Input with { MaxDowntime = outlook.Budget, GuestSpeed = speed }, set);
            if (outlook.IsInTime(prediction))
                return PlannedAction.SetThrottle(outlook.At, new Percent(percent), Reason(outlook, percent, prediction));
        }

        return null;
    }

    private static string Reason(ConvergenceOutlook outlook, int percent, PreCopyPrediction prediction) =>
        (outlook.Plan.Tuning.Throttle is { } before ? $"even throttled by {before} it does not end" : "does not end")
        + $" within the budget of {EstimateFormat.Duration(outlook.Budget)}, {EstimateFormat.Duration(outlook.Pending)} of data pending; "
        + $"throttled by {percent} % it may end in about {EstimateFormat.Duration(prediction.Seconds)} with {EstimateFormat.Duration(prediction.Downtime)} of downtime";
}
