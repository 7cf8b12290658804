using Mesh.Contracts.Policies;
using Mesh.Policy.Model;

namespace Mesh.Policy.Rules;

/// <summary>The limits that abort a migration, and the deadlines that policy and request share.</summary>
internal static class LimitChecks
{
    /// <summary>When the first last resort is due; null if never. A policy that reproduces a peer knows no deadline but its own.</summary>
    public static TimeSpan? CompletionTimeout(MigrationPolicy policy, PlanSubject subject) =>
        (policy.Adaptive is null ? null : subject.Deadline)
        ?? policy.Limits.CompletionTimeout
        ?? (policy.Limits.CompletionTimeoutPerGiB is { } perGiB ? ScaledDuration.Compute(policy, subject, perGiB) : null);

    public static TimeSpan? CompletionTimeout(PlanState plan) => CompletionTimeout(plan.Policy, plan.Subject);

    /// <summary>When a switchover that has started must be complete; null if none has started, or there is no deadline.</summary>
    public static TimeSpan? SwitchOverDeadline(PlanState plan) => plan.SwitchOverAt + plan.Policy.Limits.SwitchOverDeadline;

    /// <summary>KubeVirt's stall detector replaces its progress timeout.</summary>
    public static void CheckProgress(PolicyEvaluation context)
    {
        var policy = context.Plan.Policy;
        if (policy is not { StallDetector: null, Limits: { ProgressTimeout: { } timeout, Progress: var measure } })
            return;
        var stalledFor = context.Now - context.Plan.Progress.LastProgressAt(measure);
        var what = measure is ProgressMeasure.Remaining ? "remaining data has not decreased" : "no progress";
        if (stalledFor > timeout)
            context.IssueLimitAbort($"{what} for {ReasonFormat.Duration(stalledFor)}, longer than {ReasonFormat.Duration(timeout)}");
    }

    public static void CheckSwitchOver(PolicyEvaluation context)
    {
        if (context.Plan is not { SwitchOverAt: { } begun, Policy.Limits.SwitchOverDeadline: { } deadline } || context.Now <= begun + deadline)
            return;
        context.IssueLimitAbort($"the switchover started at {ReasonFormat.Duration(begun)} took longer than {ReasonFormat.Duration(deadline)}");
    }
}

/// <summary>The last resorts: taken when the completion timeout has passed, and one more each time it passes again.</summary>
internal static class LastResortActions
{
    public static void ApplyUnlessAbort(PolicyEvaluation context)
    {
        if (FindNext(context.Plan) is { } index && context.Plan.Policy.LastResort[index] is not PolicyActionKind.Abort)
            Apply(context, index);
    }

    public static void ApplyAbort(PolicyEvaluation context)
    {
        if (FindNext(context.Plan) is { } index && context.Plan.Policy.LastResort[index] is PolicyActionKind.Abort)
            Apply(context, index);
    }

    /// <summary>When the next last resort is due; null if none is left.</summary>
    public static TimeSpan? Due(PlanState plan) =>
        FindNext(plan) is not null && LimitChecks.CompletionTimeout(plan) is { } timeout
            ? (timeout * (plan.LastResort.TakenCount + 1)) + (plan.LastResort.TakenCount == 0 ? TimeSpan.Zero : plan.LastResort.Delay)
            : null;

    private static void Apply(PolicyEvaluation context, int index)
    {
        var plan = context.Plan;
        if (Due(plan) is not { } due || context.Now <= due)
            return;
        var kind = plan.Policy.LastResort[index];
        context.Plan = plan with { LastResort = plan.LastResort with { NextIndex = index + 1, TakenCount = plan.LastResort.TakenCount + 1 } };
        var reason = $"not complete after {ReasonFormat.Duration(due)}{(plan.LastResort.TakenCount == 0 ? "" : " (completion timeout passed again)")}";
        if (kind is PolicyActionKind.Abort)
            context.IssueLimitAbort(reason);
        else if (kind is not PolicyActionKind.PostCopy || !plan.Tuning.IsPostCopy)
            context.Issue(kind, reason);
    }

    /// <summary>Index of the next last resort that may be taken. KubeVirt's stall detector handles the timeout itself.</summary>
    private static int? FindNext(PlanState plan)
    {
        if (plan.Policy.StallDetector is not null)
            return null;
        for (var index = plan.LastResort.NextIndex; index < plan.Policy.LastResort.Count; index++)
            if (CanApply(plan, plan.Policy.LastResort[index]))
                return index;
        return null;
    }

    private static bool CanApply(PlanState plan, PolicyActionKind kind) =>
        EffectivePermissions.IsPermitted(plan, kind)
        && !(kind is PolicyActionKind.Suspend && (plan.Tuning.IsSuspended || plan.Phase.IsPaused(plan.Tuning)));
}
