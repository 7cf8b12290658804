using Mesh.Contracts.Policies;
using Mesh.Policy.Estimating;
using Mesh.Policy.Rules;

namespace Mesh.Policy.Adapting;

/// <summary>
/// The adaptive rule: the mildest permitted knob that is predicted to end the migration in time and within the downtime budget. One
/// change at a look, and a pause after each.
/// </summary>
internal static class AdaptiveBrain
{
    // What is done to the machine itself must have been called for this long: a single odd sample is no reason.
    private static readonly TimeSpan Certain = TimeSpan.FromSeconds(2);

    // Twice the time that was predicted, and this much more.
    private static readonly TimeSpan Allowance = TimeSpan.FromSeconds(3);

    /// <summary>What is done at a look, and what is remembered of it.</summary>
    public static (AdaptiveState State, PlannedAction? Action) Decide(PlanState plan, AdaptiveRule rule, PlanSample sample)
    {
        if (sample.Status is not PlanStatus.Running || plan.Knobs.IsSuspended || plan.Knobs.IsPostCopy)
            return (plan.Adaptive, null);

        // A limit above the budget that was there before is lowered at once; one that somebody sets later is their will.
        var (at, begun) = (Moment.Of(sample.At), plan.Adaptive with { HasBegun = true });
        var (next, action) = !plan.Adaptive.HasBegun && DowntimeRung.BackToBudget(plan, at) is { } lowered ? (begun, lowered)
            : Prospect.Of(plan, rule, at) is { } now ? Judged(now, begun)
            : (begun, null);
        return action is null || at - plan.Adaptive.ChangedAt < rule.Pause ? (next, null) : (Changed(next, plan, action, at), action);
    }

    private static AdaptiveState Changed(AdaptiveState state, PlanState plan, PlannedAction action, TimeSpan at) => state with
    {
        ChangedAt = at,
        ExpectedBy = null,
        ThrottledAfterPasses = action.Kind is PolicyActionKind.Throttle ? plan.Estimator.PassesSeen : state.ThrottledAfterPasses,
    };

    private static (AdaptiveState State, PlannedAction? Action) Judged(Prospect now, AdaptiveState state)
    {
        var calm = state with { NeededSince = null, HopelessSince = null };
        var present = Trusted(now.With(now.Course.Limit, now.Believed), now, state);
        if (DowntimeRung.EndInTime(now, present) is { } cheapest)
            return (calm, cheapest);
        if (now.IsInTime(present))
            return (Expecting(calm, now, present), null);
        if (DowntimeRung.IsMetAtTrough(now, out var met))
            return (calm, met);

        if (DowntimeRung.WholeBudget(now) is { } whole)
            return (calm, whole);
        var hoped = Trusted(now.With(now.Budget, now.Set.Slowest), now, state);
        if (now.IsInTime(hoped))
            return (Expecting(calm, now, hoped), null);
        var since = state.NeededSince ?? now.At;
        return Drastic(now with { Waited = now.At - since }, state with { NeededSince = since });
    }

    // What was to be over long ago and is not will not be over the next time it looks so either.
    private static Outlook Trusted(Outlook outlook, Prospect now, AdaptiveState state) =>
        now.At > state.ExpectedBy && !now.IsLimitIgnored(state.ChangedAt) ? outlook with { Ends = false } : outlook;

    private static AdaptiveState Expecting(AdaptiveState state, Prospect now, Outlook outlook) => state with
    {
        ExpectedBy = state.ExpectedBy ?? now.At + (2 * About.Time(outlook.Seconds)) + Allowance,
    };

    private static (AdaptiveState State, PlannedAction? Action) Drastic(Prospect now, AdaptiveState state)
    {
        // The link is down to less than half: everything looks hopeless, and what is done to the machine would be done for nothing.
        if (Situation.UsualIfSlow(now.Plan) is not null)
            return (state with { NeededSince = null, HopelessSince = null, ExpectedBy = null }, null);
        if (now.Waited < Certain || ThrottleRung.IsBeingJudged(now, state))
            return (state, null);
        if ((ThrottleRung.Choose(now) ?? LeavingRungs.PostCopy(now) ?? LeavingRungs.Suspend(now)) is { } action)
            return (state with { HopelessSince = null }, action);
        var best = Math.Min(now.Trough ?? double.MaxValue, Floor(now));
        if (!HopelessRung.IsHopeless(now, best))
            return (state with { HopelessSince = null }, null);
        var since = state.HopelessSince ?? now.At;
        return (state with { HopelessSince = since }, HopelessRung.Choose(now, since, best));
    }

    // With as much slowing down as is permitted.
    private static double Floor(Prospect now)
    {
        var slowest = Math.Min(now.Course.Speed, now.Permits.Throttle ? Situation.Speed(now.Rule.ThrottleMax) : 1);
        return PreCopy.AtBest(now.Course with { Speed = slowest }, now.Set.Slowest).Pending / now.Course.Rate;
    }
}
