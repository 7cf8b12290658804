using Mesh.Contracts.Policies;

namespace Mesh.Policy.Rules;

/// <summary>What is done when the completion timeout has passed, and each time that it has passed once more.</summary>
internal static class LastResort
{
    public static void TakeUnlessAbort(Turn turn)
    {
        if (Upcoming(turn.Plan) is { } place && turn.Plan.Policy.LastResort[place] is not PolicyActionKind.Abort)
            Take(turn, place);
    }

    public static void TakeAbort(Turn turn)
    {
        if (Upcoming(turn.Plan) is { } place && turn.Plan.Policy.LastResort[place] is PolicyActionKind.Abort)
            Take(turn, place);
    }

    /// <summary>The time that must have passed; null if there is nothing left to do.</summary>
    public static TimeSpan? Due(PlanState plan) =>
        Upcoming(plan) is not null && Limits.CompletionTimeout(plan) is { } timeout
            ? (timeout * (plan.Resorts.Count + 1)) + (plan.Resorts.Count == 0 ? TimeSpan.Zero : plan.Resorts.Late)
            : null;

    private static void Take(Turn turn, int place)
    {
        var plan = turn.Plan;
        if (Due(plan) is not { } due || turn.Now <= due)
            return;
        var kind = plan.Policy.LastResort[place];
        turn.Plan = plan with { Resorts = plan.Resorts with { Next = place + 1, Count = plan.Resorts.Count + 1 } };
        var reason = $"not complete after {Words.Of(due)}{(plan.Resorts.Count == 0 ? "" : ", the completion timeout once more")}";
        if (kind is PolicyActionKind.Abort)
            turn.OrderEnd(reason);
        else if (kind is not PolicyActionKind.PostCopy || !plan.Knobs.IsPostCopy)
            turn.Order(kind, reason);
    }

    /// <summary>The first place in what is left of the list whose action may be taken; KubeVirt's detector does it in its own way.</summary>
    private static int? Upcoming(PlanState plan)
    {
        if (plan.Policy.StallDetector is not null)
            return null;
        for (var place = plan.Resorts.Next; place < plan.Policy.LastResort.Count; place++)
            if (CanTake(plan, plan.Policy.LastResort[place]))
                return place;
        return null;
    }

    private static bool CanTake(PlanState plan, PolicyActionKind kind) =>
        Permissions.Permit(plan, kind)
        && !(kind is PolicyActionKind.Suspend && (plan.Knobs.IsSuspended || plan.Status is PlanStatus.Paused));
}
