using Mesh.Contracts.Policies;
using Mesh.Policy.Model;

namespace Mesh.Policy.Rules;

/// <summary>The limits that abort, and the values that policy and request share.</summary>
internal static class LimitChecks
{
    /// <summary>When the last resort is due; null if never. A policy that copies a peer knows no deadline but its own.</summary>
    public static TimeSpan? CompletionTimeout(MigrationPolicy policy, PlanSubject subject) =>
        (policy.Adaptive is null ? null : subject.Deadline)
        ?? policy.Limits.CompletionTimeout
        ?? (policy.Limits.CompletionTimeoutPerGiB is { } perGiB ? ScaledDuration.Compute(policy, subject, perGiB) : null);

    public static TimeSpan? CompletionTimeout(PlanState plan) => CompletionTimeout(plan.Policy, plan.Subject);

    /// <summary>When a switch-over that was begun must be done; null if none was begun, or it may take for ever.</summary>
    public static TimeSpan? SwitchOverDeadline(PlanState plan) => plan.SwitchOverAt + plan.Policy.Limits.SwitchOverDeadline;

    /// <summary>KubeVirt's stall detector takes the place of its progress timeout.</summary>
    public static void CheckProgress(PolicyEvaluation context)
    {
        var policy = context.Plan.Policy;
        if (policy is not { StallDetector: null, Limits: { ProgressTimeout: { } timeout, Progress: var measure } })
            return;
        var still = context.Now - context.Plan.Progress.LastProgressAt(measure);
        var what = measure is ProgressMeasure.Remaining ? "no less remains" : "nothing has progressed";
        if (still > timeout)
            context.IssueLimitAbort($"{what} for {ReasonFormat.Duration(still)}, longer than {ReasonFormat.Duration(timeout)}");
    }

    public static void CheckSwitchOver(PolicyEvaluation context)
    {
        if (context.Plan is not { SwitchOverAt: { } begun, Policy.Limits.SwitchOverDeadline: { } deadline } || context.Now <= begun + deadline)
            return;
        context.IssueLimitAbort($"the switch-over begun at {ReasonFormat.Duration(begun)} has taken longer than {ReasonFormat.Duration(deadline)}");
    }
}
