using Mesh.Contracts.Policies;
using Mesh.Hypervisor;
using Mesh.Policy.Model;

namespace Mesh.Policy.Rules;

/// <summary>Takes the convergence steps that are due: those that are taken once in order, and independently those that repeat.</summary>
internal static class ConvergenceSteps
{
    public static void Evaluate(PolicyEvaluation context)
    {
        EvaluateOnce(context, _ => true);
        EvaluateRepeated(context, _ => true);
    }

    /// <summary>Takes the steps that depend on time only.</summary>
    public static void EvaluateTimed(PolicyEvaluation context) => EvaluateOnce(context, TriggerRules.DependsOnTimeOnly);

    /// <summary>Takes the steps that a stall event can make due.</summary>
    public static void EvaluateStallEvent(PolicyEvaluation context)
    {
        EvaluateOnce(context, TriggerRules.MayFollowStallEvent);
        EvaluateRepeated(context, TriggerRules.MayFollowStallEvent);
    }

    /// <summary>The next of the steps that are taken once; null if none is left.</summary>
    public static PolicyStep? NextStep(PlanState plan) =>
        StepIndices(plan, repeat: false).Skip(plan.Steps.TakenCount).Select(index => plan.Policy.Steps[index]).FirstOrDefault();

    private static void EvaluateRepeated(PolicyEvaluation context, Func<PolicyTrigger, bool> canEvaluate)
    {
        foreach (var index in StepIndices(context.Plan, repeat: true))
        {
            if (context.Plan is { IsOver: true } or { Tuning.IsPostCopy: true })
                return;
            if (!canEvaluate(context.Plan.Policy.Steps[index].When) || !TriggerRules.AreMet(context, index))
                continue;
            var reason = TriggerRules.DescribeReason(context, index);
            var (plan, steps) = (context.Plan, context.Plan.Steps);
            var stallEvents = Enumerable.Range(0, plan.Policy.Steps.Count).Select(place => place == index ? plan.StallEvents : steps.StallEventsWhenTaken.ElementAtOrDefault(place));
            context.Plan = plan with
            {
                Steps = steps with
                {
                    GrowthsWhenTaken = [.. steps.GrowthsWhenTaken.Select((taken, place) => place == index ? plan.Passes.Growths : taken)],
                    StallEventsWhenTaken = plan.Policy.Steps[index].When.Stalled is null ? steps.StallEventsWhenTaken : [.. stallEvents],
                },
            };
            Execute(context, index, reason);
        }
    }

    private static void EvaluateOnce(PolicyEvaluation context, Func<PolicyTrigger, bool> canEvaluate)
    {
        var plan = context.Plan;
        IReadOnlyList<int> due =
        [
            .. StepIndices(plan, repeat: false).Skip(plan.Steps.TakenCount)
                .TakeWhile(index => canEvaluate(plan.Policy.Steps[index].When) && TriggerRules.AreMet(context, index))
                .Take(plan.Policy.CatchUp ? int.MaxValue : 1),
        ];
        if (due.Count == 0)
            return;
        context.Plan = plan with { Steps = plan.Steps with { TakenCount = plan.Steps.TakenCount + due.Count } };
        if (!plan.Policy.CatchUp || !IsSetAlready(plan, plan.Policy.Steps[due[^1]].Do))
            Execute(context, due[^1], TriggerRules.DescribeReason(context, due[^1]));
    }

    private static void Execute(PolicyEvaluation context, int index, string reason)
    {
        var (plan, action) = (context.Plan, context.Plan.Policy.Steps[index].Do);
        if (!EffectivePermissions.IsPermitted(plan, action.Kind))
            return;
        if (action.Kind is PolicyActionKind.Suspend && (context.IsSuspended || !FinalCopy.CanFinish(plan, context.Now)))
            return;

        // A VM that is paused for its final copy is as good as moved: only the completion timeout may give that up.
        if (action.Kind is PolicyActionKind.Abort && context.IsSuspended)
            return;
        switch (action.Kind)
        {
            case PolicyActionKind.SetDowntime when (action.Downtime ?? MultiplyDowntime(plan, action)) is { } downtime:
                context.IssueMaxDowntime(downtime, reason);
                break;
            case PolicyActionKind.SetBandwidth:
                context.Issue(PlannedAction.SetBandwidth(context.Now, action.Bandwidth, reason));
                break;
            case PolicyActionKind.Throttle:
                context.Issue(PlannedAction.SetThrottle(context.Now, action.Throttle, reason));
                break;
            case PolicyActionKind.PostCopy or PolicyActionKind.Suspend or PolicyActionKind.Abort:
                context.Issue(action.Kind, reason);
                break;
        }
    }

    // Null if the maximum downtime has reached its bound.
    private static TimeSpan? MultiplyDowntime(PlanState plan, PolicyAction action)
    {
        var (current, most) = (plan.Tuning.MaxDowntime ?? QemuLimits.DefaultMaxDowntime, action.DowntimeMax ?? QemuLimits.MaxDowntimeMax);
        var next = current * (action.DowntimeFactor ?? 1);
        var capped = TimeRounding.ToMilliseconds(next < most ? next : most);
        return capped > current ? capped : null;
    }

    private static bool IsSetAlready(PlanState plan, PolicyAction action) => action.Kind switch
    {
        PolicyActionKind.SetDowntime => action.Downtime is { } downtime && downtime == plan.PolicyMaxDowntime,
        PolicyActionKind.SetBandwidth => action.Bandwidth == plan.Tuning.Bandwidth,
        PolicyActionKind.Throttle => action.Throttle == plan.Tuning.Throttle,
        _ => false,
    };

    private static IEnumerable<int> StepIndices(PlanState plan, bool repeat) =>
        Enumerable.Range(0, plan.Policy.Steps.Count).Where(index => plan.Policy.Steps[index].Repeat == repeat);
}
