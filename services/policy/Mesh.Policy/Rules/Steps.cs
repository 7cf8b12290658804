using Mesh.Contracts.Policies;

namespace Mesh.Policy.Rules;

/// <summary>Takes the convergence steps that are due: in order those that are taken once, and besides them those that repeat.</summary>
internal static class Steps
{
    public static void Take(Turn turn)
    {
        TakeOnce(turn, _ => true);
        foreach (var index in Places(turn.Plan, repeat: true))
        {
            if (turn.Plan is { IsOver: true } or { Knobs.IsPostCopy: true })
                return;
            if (!Triggers.Hold(turn, index))
                continue;
            var why = Triggers.Why(turn, index);
            var growths = turn.Plan.Steps.Growths.Select((taken, place) => place == index ? turn.Plan.Passes.Growths : taken);
            turn.Plan = turn.Plan with { Steps = turn.Plan.Steps with { Growths = [.. growths] } };
            Do(turn, index, why);
        }
    }

    /// <summary>Takes those that nothing but the time decides.</summary>
    public static void TakeByTime(Turn turn) => TakeOnce(turn, Triggers.AreOfTimeAlone);

    /// <summary>The next of those that are taken once; null if none is left.</summary>
    public static PolicyStep? Head(PlanState plan) =>
        Places(plan, repeat: false).Skip(plan.Steps.Count).Select(index => plan.Policy.Steps[index]).FirstOrDefault();

    private static void TakeOnce(Turn turn, Func<PolicyTrigger, bool> canBeJudged)
    {
        var plan = turn.Plan;
        IReadOnlyList<int> due =
        [
            .. Places(plan, repeat: false).Skip(plan.Steps.Count)
                .TakeWhile(index => canBeJudged(plan.Policy.Steps[index].When) && Triggers.Hold(turn, index))
                .Take(plan.Policy.CatchUp ? int.MaxValue : 1),
        ];
        if (due.Count == 0)
            return;
        turn.Plan = plan with { Steps = plan.Steps with { Count = plan.Steps.Count + due.Count } };
        if (!plan.Policy.CatchUp || !IsSetAlready(plan, plan.Policy.Steps[due[^1]].Do))
            Do(turn, due[^1], Triggers.Why(turn, due[^1]));
    }

    private static void Do(Turn turn, int index, string why)
    {
        var (plan, action) = (turn.Plan, turn.Plan.Policy.Steps[index].Do);
        if (!Permissions.Permit(plan, action.Kind) || (action.Kind is PolicyActionKind.Suspend && turn.IsSuspended))
            return;
        var planned = new PlannedAction(turn.Now, action.Kind, why);
        switch (action.Kind)
        {
            case PolicyActionKind.SetDowntime when (action.Downtime ?? Multiplied(plan, action)) is { } downtime:
                turn.OrderDowntime(downtime, why);
                break;
            case PolicyActionKind.SetBandwidth:
                turn.Order(planned with { Bandwidth = action.Bandwidth });
                break;
            case PolicyActionKind.Throttle:
                turn.Order(planned with { Throttle = action.Throttle });
                break;
            case PolicyActionKind.PostCopy or PolicyActionKind.Suspend or PolicyActionKind.Abort:
                turn.Order(planned);
                break;
        }
    }

    // Null where the limit has grown as far as it may.
    private static TimeSpan? Multiplied(PlanState plan, PolicyAction action)
    {
        var (current, most) = (plan.Knobs.Downtime ?? SwitchOver.UsualDowntime, action.DowntimeMax ?? SwitchOver.LongestDowntime);
        var next = current * (action.DowntimeFactor ?? 1);
        var capped = Moment.Of(next < most ? next : most);
        return capped > current ? capped : null;
    }

    private static bool IsSetAlready(PlanState plan, PolicyAction action) => action.Kind switch
    {
        PolicyActionKind.SetDowntime => action.Downtime is { } downtime && downtime == plan.OrderedDowntime,
        PolicyActionKind.SetBandwidth => action.Bandwidth == plan.Knobs.Bandwidth,
        PolicyActionKind.Throttle => action.Throttle == plan.Knobs.Throttle,
        _ => false,
    };

    private static IEnumerable<int> Places(PlanState plan, bool repeat) =>
        Enumerable.Range(0, plan.Policy.Steps.Count).Where(index => plan.Policy.Steps[index].Repeat == repeat);
}
