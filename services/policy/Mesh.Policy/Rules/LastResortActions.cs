using Mesh.Contracts.Policies;
using Mesh.Policy.Model;

namespace Mesh.Policy.Rules;

/// <summary>What is done when the completion timeout has passed, and each time that it has passed once more.</summary>
internal static class LastResortActions
{
    public static void ApplyUnlessAbort(PolicyEvaluation context)
    {
        if (FindNext(context.Plan) is { } place && context.Plan.Policy.LastResort[place] is not PolicyActionKind.Abort)
            Apply(context, place);
    }

    public static void ApplyAbort(PolicyEvaluation context)
    {
        if (FindNext(context.Plan) is { } place && context.Plan.Policy.LastResort[place] is PolicyActionKind.Abort)
            Apply(context, place);
    }

    /// <summary>The time that must have passed; null if there is nothing left to do.</summary>
    public static TimeSpan? Due(PlanState plan) =>
        FindNext(plan) is not null && LimitChecks.CompletionTimeout(plan) is { } timeout
            ? (timeout * (plan.LastResort.TakenCount + 1)) + (plan.LastResort.TakenCount == 0 ? TimeSpan.Zero : plan.LastResort.Delay)
            : null;

    private static void Apply(PolicyEvaluation context, int place)
    {
        var plan = context.Plan;
        if (Due(plan) is not { } due || context.Now <= due)
            return;
        var kind = plan.Policy.LastResort[place];
        context.Plan = plan with { LastResort = plan.LastResort with { NextIndex = place + 1, TakenCount = plan.LastResort.TakenCount + 1 } };
        var reason = $"not complete after {ReasonFormat.Duration(due)}{(plan.LastResort.TakenCount == 0 ? "" : ", the completion timeout once more")}";
        if (kind is PolicyActionKind.Abort)
            context.IssueLimitAbort(reason);
        else if (kind is not PolicyActionKind.PostCopy || !plan.Tuning.IsPostCopy)
            context.Issue(kind, reason);
    }

    /// <summary>The first place in what is left of the list whose action may be taken; KubeVirt's detector does it in its own way.</summary>
    private static int? FindNext(PlanState plan)
    {
        if (plan.Policy.StallDetector is not null)
            return null;
        for (var place = plan.LastResort.NextIndex; place < plan.Policy.LastResort.Count; place++)
            if (CanApply(plan, plan.Policy.LastResort[place]))
                return place;
        return null;
    }

    private static bool CanApply(PlanState plan, PolicyActionKind kind) =>
        EffectivePermissions.IsPermitted(plan, kind)
        && !(kind is PolicyActionKind.Suspend && (plan.Tuning.IsSuspended || plan.Phase.IsPaused(plan.Tuning)));
}
