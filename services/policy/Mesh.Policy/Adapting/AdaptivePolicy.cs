using Mesh.Contracts.Policies;
using Mesh.Policy.Estimating;
using Mesh.Policy.Model;

namespace Mesh.Policy.Adapting;

/// <summary>
/// The adaptive rule: the mildest permitted knob that is predicted to end the migration in time and within the downtime budget. One
/// change at a look, and a pause after each.
/// </summary>
internal static class AdaptivePolicy
{
    // What is done to the machine itself must have been called for this long: a single odd sample is no reason.
    private static readonly TimeSpan MinDuration = TimeSpan.FromSeconds(2);

    // Twice the time that was predicted, and this much more.
    private static readonly TimeSpan Allowance = TimeSpan.FromSeconds(3);

    /// <summary>What is done at a look, and what is remembered of it.</summary>
    public static (AdaptiveState State, PlannedAction? Action) Decide(PlanState plan, AdaptiveRule rule, TimeSpan now)
    {
        if (plan.Phase.IsPostCopy() || plan.Phase.IsPaused(plan.Tuning) || plan.Tuning.IsPostCopy)
            return (plan.Adaptive, null);

        // A limit above the budget that was there before is lowered at once; one that somebody sets later is their will.
        var (at, begun) = (TimeRounding.ToMilliseconds(now), plan.Adaptive with { HasBegun = true });
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

    private static (AdaptiveState State, PlannedAction? Action) Evaluate(ConvergenceOutlook now, AdaptiveState state)
    {
        var calm = state with { NeededSince = null, HopelessSince = null };
        var present = DistrustIfOverdue(now.PredictWithLimit(now.Input.MaxDowntime, now.AssumedWorkingSet), now, state);
        if (DowntimeMitigation.RaiseToConverge(now, present) is { } cheapest)
            return (calm, cheapest);
        if (now.IsInTime(present))
            return (RecordExpectation(calm, now, present), null);
        if (DowntimeMitigation.TryRaiseToTrough(now, out var met))
            return (calm, met);

        if (DowntimeMitigation.RaiseToBudget(now) is { } whole)
            return (calm, whole);
        var hoped = DistrustIfOverdue(now.PredictWithLimit(now.Budget, now.WorkingSets.Slowest), now, state);
        if (now.IsInTime(hoped))
            return (RecordExpectation(calm, now, hoped), null);
        var since = state.NeededSince ?? now.At;
        return ChooseDrastic(now with { Waited = now.At - since }, state with { NeededSince = since });
    }

    // What was to be over long ago and is not will not be over the next time it looks so either.
    private static PreCopyPrediction DistrustIfOverdue(PreCopyPrediction prediction, ConvergenceOutlook now, AdaptiveState state) =>
        now.At > state.ExpectedBy && !now.IsLimitIgnored(state.ChangedAt) ? prediction with { Converges = false } : prediction;

    private static AdaptiveState RecordExpectation(AdaptiveState state, ConvergenceOutlook now, PreCopyPrediction prediction) => state with
    {
        ExpectedBy = state.ExpectedBy ?? now.At + (2 * EstimateFormat.ToTimeSpan(prediction.Seconds)) + Allowance,
    };

    private static (AdaptiveState State, PlannedAction? Action) ChooseDrastic(ConvergenceOutlook now, AdaptiveState state)
    {
        // The link is down to less than half: everything looks hopeless, and what is done to the machine would be done for nothing.
        if (PlanAnalysis.UsualBandwidthIfSlow(now.Plan) is not null)
            return (state with { NeededSince = null, HopelessSince = null, ExpectedBy = null }, null);
        if (now.Waited < MinDuration || ThrottleMitigation.IsEffectPending(now, state))
            return (state, null);
        if ((ThrottleMitigation.Choose(now) ?? SwitchOverMitigation.PostCopy(now) ?? SwitchOverMitigation.Suspend(now)) is { } action)
            return (state with { HopelessSince = null }, action);
        var best = Math.Min(now.Trough ?? double.MaxValue, LowestPending(now));
        if (!HopelessAbort.IsHopeless(now, best))
            return (state with { HopelessSince = null }, null);
        var since = state.HopelessSince ?? now.At;
        return (state with { HopelessSince = since }, HopelessAbort.Choose(now, since, best));
    }

    // With as much slowing down as is permitted.
    private static double LowestPending(ConvergenceOutlook now)
    {
        var slowest = Math.Min(now.Input.GuestSpeed, now.Permits.Throttle ? PlanAnalysis.GuestSpeed(now.Rule.ThrottleMax) : 1);
        return PreCopyModel.PredictAtBest(now.Input with { GuestSpeed = slowest }, now.WorkingSets.Slowest).Pending / now.Input.Rate;
    }
}
