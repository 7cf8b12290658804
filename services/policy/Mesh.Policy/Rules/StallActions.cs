using Mesh.Contracts.Policies;
using Mesh.Hypervisor;
using Mesh.Policy.Model;

namespace Mesh.Policy.Rules;

/// <summary>What is done about a stall, and at the completion timeout of a policy with a stall detector.</summary>
internal static class StallActions
{
    public static void ActAtMinimum(PolicyEvaluation context, StallDetector detector)
    {
        var estimate = TriggerRules.PredictedDowntime(context.Plan)!.Value;
        if (!CanFinish(context, detector, estimate))
            return;
        var where = detector.SearchLocalMinimum ? " at a local minimum" : "";
        var reason = $"stalled: {context.Plan.Progress.Remaining} remain{where}, {ReasonFormat.Duration(estimate)} of downtime";
        if (!TrySwitchOver(context, detector, estimate, reason))
            context.Issue(PolicyActionKind.Abort, $"{reason}, over the budget of {ReasonFormat.Duration(Budget(context.Plan))}");
    }

    public static void ActAtTimeout(PolicyEvaluation context, StallDetector detector)
    {
        var plan = context.Plan;
        if (LimitChecks.CompletionTimeout(plan) is not { } timeout || plan.Policy.LastResort.Count == 0)
            return;
        var last = timeout * detector.CompletionFactor;
        if (context.Now > last)
            context.IssueLimitAbort($"not complete after {ReasonFormat.Duration(last)}");
        if (context.Now <= timeout || context.HasActed || IsSwitching(plan))
            return;
        var reason = $"not complete after {ReasonFormat.Duration(timeout)}";
        if (EstimateDowntime(plan) is not { } estimate || !CanFinish(context, detector, estimate) || !TrySwitchOver(context, detector, estimate, reason))
            context.IssueLimitAbort(reason);
    }

    /// <summary>The time that must have passed before <see cref="ActAtTimeout"/> has something to do; null if it never has.</summary>
    public static TimeSpan? Due(PlanState plan) =>
        plan.Policy is { StallDetector: { } detector, LastResort.Count: > 0 } && LimitChecks.CompletionTimeout(plan) is { } timeout
            ? IsSwitching(plan) ? timeout * detector.CompletionFactor : timeout
            : null;

    private static bool IsSwitching(PlanState plan) => plan.Stall.IsSwitching || plan.Tuning.IsPostCopy;

    private static bool TrySwitchOver(PolicyEvaluation context, StallDetector detector, TimeSpan estimate, string reason)
    {
        var (plan, permits) = (context.Plan, EffectivePermissions.ForPlan(context.Plan));
        if (permits.PostCopy)
            context.Issue(PolicyActionKind.PostCopy, reason);
        else if (EffectivePermissions.IsRefused(plan, PolicyActionKind.SetDowntime))
            return false;
        else if (permits.Suspend)
            context.IssueMaxDowntime(QemuLimits.MaxDowntimeMax, reason);
        else if (estimate <= Budget(plan) * detector.PreCopyFactor)
            context.IssueMaxDowntime(Budget(plan), reason);
        else
            return false;
        context.Plan = context.Plan with
        {
            Stall = context.Plan.Stall with { IsSwitching = true },
            SwitchOverAt = permits.PostCopy ? plan.SwitchOverAt : TimeRounding.ToMilliseconds(context.Now),
        };
        return true;
    }

    // Where a network has broken down, a switch-over would only make things worse.
    private static bool CanFinish(PolicyEvaluation context, StallDetector detector, TimeSpan estimate) =>
        !(LimitChecks.CompletionTimeout(context.Plan) is { } timeout && estimate > (timeout * detector.CompletionFactor) - context.Now);

    // In the middle of a pass less remains than a switch-over would have to send.
    private static TimeSpan? EstimateDowntime(PlanState plan)
    {
        var remaining = plan.Status is CopyStatus.Paused ? plan.Progress.Remaining : plan.Stall.LastPassStart ?? plan.Progress.Remaining;
        return plan.Passes.Bandwidth > 0 ? SwitchOver.EstimateDowntime(remaining, plan.Passes.Bandwidth) : null;
    }

    private static TimeSpan Budget(PlanState plan) => plan.Policy.DowntimeBudget ?? QemuLimits.DefaultMaxDowntime;
}
