using Mesh.Contracts.Policies;

namespace Mesh.Policy.Rules;

/// <summary>What is done about a stall, and at the completion timeout of a policy with a stall detector.</summary>
internal static class StallActions
{
    public static void TakeAtMinimum(Turn turn, StallDetector detector)
    {
        var estimate = Triggers.Downtime(turn.Plan)!.Value;
        if (!CanFinish(turn, detector, estimate))
            return;
        var where = detector.SearchLocalMinimum ? " at a local minimum" : "";
        var reason = $"stalled: {turn.Plan.Progress.Remaining} remain{where}, {Words.Of(estimate)} of downtime";
        if (!TrySwitchOver(turn, detector, estimate, reason))
            turn.Order(PolicyActionKind.Abort, $"{reason}, over the budget of {Words.Of(Budget(turn.Plan))}");
    }

    public static void TakeAtTimeout(Turn turn, StallDetector detector)
    {
        var plan = turn.Plan;
        if (Limits.CompletionTimeout(plan) is not { } timeout || plan.Policy.LastResort.Count == 0)
            return;
        var last = timeout * detector.CompletionFactor;
        if (turn.Now > last)
            turn.OrderEnd($"not complete after {Words.Of(last)}");
        if (turn.Now <= timeout || turn.HasActed || IsSwitching(plan))
            return;
        var reason = $"not complete after {Words.Of(timeout)}";
        if (Estimate(plan) is not { } estimate || !CanFinish(turn, detector, estimate) || !TrySwitchOver(turn, detector, estimate, reason))
            turn.OrderEnd(reason);
    }

    /// <summary>The time that must have passed before <see cref="TakeAtTimeout"/> has something to do; null if it never has.</summary>
    public static TimeSpan? Due(PlanState plan) =>
        plan.Policy is { StallDetector: { } detector, LastResort.Count: > 0 } && Limits.CompletionTimeout(plan) is { } timeout
            ? IsSwitching(plan) ? timeout * detector.CompletionFactor : timeout
            : null;

    private static bool IsSwitching(PlanState plan) => plan.Stall.IsSwitching || plan.Knobs.IsPostCopy;

    private static bool TrySwitchOver(Turn turn, StallDetector detector, TimeSpan estimate, string reason)
    {
        var (plan, permits) = (turn.Plan, Permissions.Of(turn.Plan));
        if (permits.PostCopy)
            turn.Order(PolicyActionKind.PostCopy, reason);
        else if (Permissions.IsRefused(plan, PolicyActionKind.SetDowntime))
            return false;
        else if (permits.Pause)
            turn.OrderDowntime(SwitchOver.LongestDowntime, reason);
        else if (estimate <= Budget(plan) * detector.PreCopyFactor)
            turn.OrderDowntime(Budget(plan), reason);
        else
            return false;
        turn.Plan = turn.Plan with
        {
            Stall = turn.Plan.Stall with { IsSwitching = true },
            SwitchOverAt = permits.PostCopy ? plan.SwitchOverAt : Moment.Of(turn.Now),
        };
        return true;
    }

    // Where a network has broken down, a switch-over would only make things worse.
    private static bool CanFinish(Turn turn, StallDetector detector, TimeSpan estimate) =>
        !(Limits.CompletionTimeout(turn.Plan) is { } timeout && estimate > (timeout * detector.CompletionFactor) - turn.Now);

    // In the middle of a pass less remains than a switch-over would have to send.
    private static TimeSpan? Estimate(PlanState plan)
    {
        var remaining = plan.Status is PlanStatus.Paused ? plan.Progress.Remaining : plan.Stall.Beginning ?? plan.Progress.Remaining;
        return plan.Passes.Bandwidth > 0 ? SwitchOver.Downtime(remaining, plan.Passes.Bandwidth) : null;
    }

    private static TimeSpan Budget(PlanState plan) => plan.Policy.DowntimeBudget ?? SwitchOver.UsualDowntime;
}
