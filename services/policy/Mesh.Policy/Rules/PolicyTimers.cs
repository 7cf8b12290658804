using Mesh.Policy.Model;

namespace Mesh.Policy.Rules;

/// <summary>When a timer of a policy is due.</summary>
internal static class PolicyTimers
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    /// <summary>The first whole millisecond at which something is due, later than anything observed; null if nothing will be.</summary>
    public static TimeSpan? NextDue(PlanState plan)
    {
        if (plan.IsOver)
            return null;
        TimeSpan?[] limits = [LastResortActions.Due(plan), StallActions.Due(plan), LimitChecks.SwitchOverDeadline(plan), StepDue(plan)];
        return limits.Min() is { } limit ? TimeRounding.Max(TimeRounding.ToMilliseconds(limit), plan.UpdatedAt) + Tick : null;
    }

    private static TimeSpan? StepDue(PlanState plan) =>
        !plan.Tuning.IsPostCopy && ConvergenceSteps.NextStep(plan) is { When: var when } ? TriggerRules.DueAt(plan, when) : null;
}
