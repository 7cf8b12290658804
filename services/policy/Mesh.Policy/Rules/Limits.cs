using Mesh.Contracts.Policies;

namespace Mesh.Policy.Rules;

/// <summary>The limits that abort, and the values that policy and request share.</summary>
internal static class Limits
{
    /// <summary>When the last resort is due; null if never. A policy that copies a peer knows no deadline but its own.</summary>
    public static TimeSpan? CompletionTimeout(MigrationPolicy policy, PlanSubject subject) =>
        (policy.Adaptive is null ? null : subject.Deadline)
        ?? policy.Limits.CompletionTimeout
        ?? (policy.Limits.CompletionTimeoutPerGiB is { } perGiB ? DataSize.Time(policy, subject, perGiB) : null);

    public static TimeSpan? CompletionTimeout(PlanState plan) => CompletionTimeout(plan.Policy, plan.Subject);

    /// <summary>When a switch-over that was begun must be done; null if none was begun, or it may take for ever.</summary>
    public static TimeSpan? SwitchOverUntil(PlanState plan) => plan.SwitchOverAt + plan.Policy.Limits.SwitchOverDeadline;

    /// <summary>KubeVirt's stall detector takes the place of its progress timeout.</summary>
    public static void JudgeProgress(Turn turn)
    {
        var policy = turn.Plan.Policy;
        if (policy is not { StallDetector: null, Limits: { ProgressTimeout: { } timeout, Progress: var measure } })
            return;
        var still = turn.Now - turn.Plan.Progress.At(measure);
        var what = measure is ProgressMeasure.Remaining ? "no less remains" : "nothing has progressed";
        if (still > timeout)
            turn.OrderEnd($"{what} for {Words.Of(still)}, longer than {Words.Of(timeout)}");
    }

    public static void JudgeSwitchOver(Turn turn)
    {
        if (turn.Plan is not { SwitchOverAt: { } begun, Policy.Limits.SwitchOverDeadline: { } deadline } || turn.Now <= begun + deadline)
            return;
        turn.OrderEnd($"the switch-over begun at {Words.Of(begun)} has taken longer than {Words.Of(deadline)}");
    }
}
