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

    /// <summary>When a switchover that was ordered must have paused the VM; null if none was, if it has, or if there is no deadline.</summary>
    public static TimeSpan? SwitchOverDeadline(PlanState plan) =>
        plan.Phase.IsPaused(plan.Tuning) ? null : plan.SwitchOverAt + plan.Policy.Limits.SwitchOverDeadline;

    /// <summary>When the completion timeout aborts the migration, whatever else the policy does; null for never.</summary>
    public static TimeSpan? AbortAt(PlanState plan)
    {
        if (CompletionTimeout(plan) is not { } timeout || plan.Policy.LastResort.Count == 0)
            return null;
        return plan.Policy.StallDetector is { } detector ? timeout * detector.CompletionFactor : LastResortActions.AbortDue(plan);
    }

    /// <summary>KubeVirt's stall detector replaces its progress timeout.</summary>
    public static void CheckProgress(PolicyEvaluation context)
    {
        var policy = context.Plan.Policy;
        if (context.IsSuspended || policy is not { StallDetector: null, Limits: { ProgressTimeout: { } timeout, Progress: var measure } })
            return;
        var stalledFor = context.Now - context.Plan.Progress.LastProgressAt(measure);
        var what = measure is ProgressMeasure.Remaining ? "remaining data has not decreased" : "no progress";
        if (stalledFor > timeout)
            context.IssueLimitAbort($"{what} for {ReasonFormat.Duration(stalledFor)}, longer than {ReasonFormat.Duration(timeout)}");
    }

    public static void CheckSwitchOver(PolicyEvaluation context)
    {
        if (SwitchOverDeadline(context.Plan) is not { } due || context.Now <= due)
            return;
        var (begun, deadline) = (context.Plan.SwitchOverAt!.Value, context.Plan.Policy.Limits.SwitchOverDeadline!.Value);
        context.IssueLimitAbort($"the switchover ordered at {ReasonFormat.Duration(begun)} did not begin within {ReasonFormat.Duration(deadline)}");
    }
}

/// <summary>The final copy of a suspended VM: how long it takes, and whether that is short enough.</summary>
internal static class FinalCopy
{
    /// <summary>How long a VM that is suspended now stays so, at the current rate; null if that is not known.</summary>
    public static TimeSpan? Estimate(PlanState plan) => TriggerRules.PredictedDowntime(plan);

    /// <summary>When the completion timeout would abort the migration once the VM is suspended; null for never.</summary>
    public static TimeSpan? AbortAt(PlanState plan) => LimitChecks.AbortAt(plan with { Tuning = plan.Tuning with { IsSuspended = true } });

    /// <summary>
    /// Whether it ends before the completion timeout would abort the migration. A link that carries nothing finishes nothing; before the
    /// first sample nothing is known, and the suspension is not held back.
    /// </summary>
    public static bool CanFinish(PlanState plan, TimeSpan now) => AbortAt(plan) is not { } abort || plan.EvaluatedAt is null || Estimate(plan) <= abort - now;
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

    /// <summary>When the abort is due, if the permitted last resorts before it are all taken; null if there is none.</summary>
    public static TimeSpan? AbortDue(PlanState plan)
    {
        if (FindNext(plan) is not { } next || LimitChecks.CompletionTimeout(plan) is not { } timeout || !plan.Policy.LastResort.Skip(next).Contains(PolicyActionKind.Abort))
            return null;
        var before = plan.Policy.LastResort.Skip(next).TakeWhile(kind => kind is not PolicyActionKind.Abort).Count(kind => CanApply(plan, kind));
        return (timeout * (plan.LastResort.TakenCount + before + 1)) + (plan.LastResort.TakenCount + before == 0 ? TimeSpan.Zero : plan.LastResort.Delay);
    }

    private static void Apply(PolicyEvaluation context, int index)
    {
        var plan = context.Plan;
        if (Due(plan) is not { } due || context.Now <= due)
            return;
        var kind = plan.Policy.LastResort[index];
        context.Plan = plan with { LastResort = plan.LastResort with { NextIndex = index + 1, TakenCount = plan.LastResort.TakenCount + 1 } };
        if (kind is PolicyActionKind.Suspend && !FinalCopy.CanFinish(context.Plan, context.Now))
        {
            // The VM would be paused in vain. The next last resort is due instead.
            context.Plan = plan with { LastResort = plan.LastResort with { NextIndex = index + 1 } };
            ApplyUnlessAbort(context);
            return;
        }

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
