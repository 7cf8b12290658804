using Mesh.Contracts.Policies;
using Mesh.Policy.Estimating;
using Mesh.Policy.Model;

namespace Mesh.Policy.Adapting;

/// <summary>
/// The adaptive policy: applies the mildest permitted action that is predicted to end the migration in time and within the downtime
/// budget. One action per sample, and a pause after each.
/// </summary>
internal static class AdaptivePolicy
{
    // An action that the guest feels must have been needed for this long: a single odd sample is no reason.
    private static readonly TimeSpan MinDuration = TimeSpan.FromSeconds(2);

    // A prediction counts as overdue after twice the predicted time plus this.
    private static readonly TimeSpan Allowance = TimeSpan.FromSeconds(3);

    /// <summary>What to do at a sample, if anything, and the state after it.</summary>
    /// <param name="plan">The plan, with the sample already observed.</param>
    /// <param name="rule">The adaptive rule of its policy.</param>
    /// <param name="elapsed">Time since the copy began.</param>
    public static (AdaptiveState State, PlannedAction? Action) Decide(PlanState plan, AdaptiveRule rule, TimeSpan elapsed)
    {
        if (plan.Phase.IsPostCopy() || plan.Phase.IsPaused(plan.Tuning) || plan.Tuning.IsPostCopy)
            return (plan.Adaptive, null);

        // A maximum downtime above the budget is lowered at once if it was there before; one that somebody sets later is respected.
        var (at, begun) = (TimeRounding.ToMilliseconds(elapsed), plan.Adaptive with { HasBegun = true });
        var (next, action) = !plan.Adaptive.HasBegun && DowntimeMitigation.LowerToBudget(plan, at) is { } lowered ? (begun, lowered)
            : ConvergenceOutlook.FromPlan(plan, rule, at) is { } outlook ? Evaluate(outlook, begun)
            : (begun, null);
        return action is null || at - plan.Adaptive.ChangedAt < rule.ChangeInterval ? (next, null) : (RecordChange(next, plan, action, at), action);
    }

    private static AdaptiveState RecordChange(AdaptiveState state, PlanState plan, PlannedAction action, TimeSpan at) => state with
    {
        ChangedAt = at,
        ExpectedBy = null,
        ThrottledAfterPasses = action.Kind is PolicyActionKind.Throttle ? plan.Estimator.PassCount : state.ThrottledAfterPasses,
    };

    private static (AdaptiveState State, PlannedAction? Action) Evaluate(ConvergenceOutlook outlook, AdaptiveState state)
    {
        var calm = state with { NeededSince = null, HopelessSince = null };
        var present = DistrustIfOverdue(outlook.PredictWithLimit(outlook.Input.MaxDowntime, outlook.AssumedWorkingSet), outlook, state);
        if (DowntimeMitigation.RaiseToConverge(outlook, present) is { } cheapest)
            return (calm, cheapest);
        if (outlook.IsInTime(present))
            return (RecordExpectation(calm, outlook, present), null);
        if (DowntimeMitigation.TryRaiseToTrough(outlook, out var met))
            return (calm, met);

        if (DowntimeMitigation.RaiseToBudget(outlook) is { } whole)
            return (calm, whole);
        var hoped = DistrustIfOverdue(outlook.PredictWithLimit(outlook.Budget, outlook.WorkingSets.Slowest), outlook, state);
        if (outlook.IsInTime(hoped))
            return (RecordExpectation(calm, outlook, hoped), null);
        var since = state.NeededSince ?? outlook.At;
        return ChooseDrastic(outlook with { Waited = outlook.At - since }, state with { NeededSince = since });
    }

    // A migration that is long overdue by its own prediction will not keep the next prediction either.
    private static PreCopyPrediction DistrustIfOverdue(PreCopyPrediction prediction, ConvergenceOutlook outlook, AdaptiveState state) =>
        outlook.At > state.ExpectedBy && !outlook.IsLimitIgnored(state.ChangedAt) ? prediction with { Converges = false } : prediction;

    private static AdaptiveState RecordExpectation(AdaptiveState state, ConvergenceOutlook outlook, PreCopyPrediction prediction) => state with
    {
        ExpectedBy = state.ExpectedBy ?? outlook.At + (2 * EstimateFormat.ToTimeSpan(prediction.Seconds)) + Allowance,
    };

    private static (AdaptiveState State, PlannedAction? Action) ChooseDrastic(ConvergenceOutlook outlook, AdaptiveState state)
    {
        // With the link down to less than half of its usual rate nothing seems to converge, and throttling the guest would not help.
        if (PlanAnalysis.UsualBandwidthIfSlow(outlook.Plan) is not null)
            return (state with { NeededSince = null, HopelessSince = null, ExpectedBy = null }, null);
        if (outlook.Waited < MinDuration || ThrottleMitigation.IsEffectPending(outlook, state))
            return (state, null);
        if ((ThrottleMitigation.Choose(outlook) ?? SwitchOverMitigation.PostCopy(outlook) ?? SwitchOverMitigation.Suspend(outlook)) is { } action)
            return (state with { HopelessSince = null }, action);
        var best = Math.Min(outlook.Trough ?? double.MaxValue, LowestPending(outlook));
        if (!HopelessAbort.IsHopeless(outlook, best))
            return (state with { HopelessSince = null }, null);
        var since = state.HopelessSince ?? outlook.At;
        return (state with { HopelessSince = since }, HopelessAbort.Choose(outlook, since, best));
    }

    // With the strongest permitted throttle.
    private static double LowestPending(ConvergenceOutlook outlook)
    {
        var slowest = Math.Min(outlook.Input.GuestSpeed, outlook.Permits.Throttle ? PlanAnalysis.GuestSpeed(outlook.Rule.ThrottleMax) : 1);
        return PreCopyModel.PredictAtBest(outlook.Input with { GuestSpeed = slowest }, outlook.WorkingSets.Slowest).Pending / outlook.Input.Rate;
    }
}
