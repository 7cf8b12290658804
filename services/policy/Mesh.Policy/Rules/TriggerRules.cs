using Mesh.Contracts.Policies;
using Mesh.Contracts.Values;
using Mesh.Policy.Model;

namespace Mesh.Policy.Rules;

/// <summary>When a step is due.</summary>
internal static class TriggerRules
{
    /// <summary>Whether every condition of a step holds.</summary>
    /// <param name="context">The look or wait.</param>
    /// <param name="index">The step's place in the policy.</param>
    public static bool AreMet(PolicyEvaluation context, int index)
    {
        var (plan, passes) = (context.Plan, context.Plan.Passes);
        var when = plan.Policy.Steps[index].When;
        return !(when.IterationsOver is { } over && !(passes.IsNewPass && passes.LastIteration - passes.FirstIteration > over))
            && !(passes.LastIteration - passes.LeastIteration <= when.IterationsWithoutProgress)
            && !(context.Now - passes.LeastAt <= when.WithoutProgress)
            && !(context.Now <= ElapsedThreshold(plan, when))
            && !(when.LocalMinimum is { } margin && !(passes.IsNewPass && IsWithin(plan.Progress.Remaining, passes.LeastAtPassStart, margin)))
            && !(when.PredictedDowntimeAtMost is { } most && !(PredictedDowntime(plan) <= most))
            && !(when.PredictedDowntimeOver is { } least && !(PredictedDowntime(plan) > least))
            && !(GrowthsSinceTaken(plan, index) <= when.GrowthsOver);
    }

    /// <summary>The time that must have passed; null for a step that does not wait for a time.</summary>
    public static TimeSpan? ElapsedThreshold(PlanState plan, PolicyTrigger when)
    {
        TimeSpan? scaled = when.ElapsedPerGiB is { } perGiB ? ScaledDuration.Compute(plan.Policy, plan.Subject, perGiB) * when.Times : null;
        return when.Elapsed is { } elapsed && scaled is { } also ? TimeRounding.Max(elapsed, also) : when.Elapsed ?? scaled;
    }

    /// <summary>Whether nothing but the time decides.</summary>
    public static bool DependsOnTimeOnly(PolicyTrigger when) =>
        new PolicyTrigger { Elapsed = when.Elapsed, ElapsedPerGiB = when.ElapsedPerGiB, Times = when.Times } == when
        && (when.Elapsed ?? when.ElapsedPerGiB) is not null;

    /// <summary>Why a step is due, in words and numbers.</summary>
    public static string DescribeReason(PolicyEvaluation context, int index)
    {
        var (plan, passes) = (context.Plan, context.Plan.Passes);
        var when = plan.Policy.Steps[index].When;
        var reasons = new List<string>();
        if (when.IterationsOver is { } over)
            reasons.Add($"{ReasonFormat.Passes(passes.LastIteration - passes.FirstIteration)} since the first seen, more than {over}");
        if (when.IterationsWithoutProgress is { } dry)
            reasons.Add($"{ReasonFormat.Passes(passes.LastIteration - passes.LeastIteration)} without a new low, more than {dry}");
        if (when.WithoutProgress is { } still)
            reasons.Add($"no new low for {ReasonFormat.Duration(context.Now - passes.LeastAt)}, longer than {ReasonFormat.Duration(still)}");
        if (ElapsedThreshold(plan, when) is { } elapsed)
            reasons.Add($"copying for longer than {ReasonFormat.Duration(elapsed)}");
        if (when.LocalMinimum is { } margin)
            reasons.Add($"{plan.Progress.Remaining} remain, within {margin} of the least");
        if ((when.PredictedDowntimeAtMost ?? when.PredictedDowntimeOver) is not null)
            reasons.Add($"a switch-over now would take {ReasonFormat.Duration(PredictedDowntime(plan)!.Value)}");
        if (when.GrowthsOver is { } growths)
            reasons.Add($"what remains was no less in {GrowthsSinceTaken(plan, index)} samples, more than {growths}");
        return $"step {index + 1} of {plan.Policy.Steps.Count}: {string.Join("; ", reasons)}";
    }

    /// <summary>How long what remains takes at the present rate; null while that is unknown.</summary>
    public static TimeSpan? PredictedDowntime(PlanState plan) =>
        plan.Passes.Bandwidth > 0 ? SwitchOver.EstimateDowntime(plan.Progress.Remaining, plan.Passes.Bandwidth) : null;

    private static long GrowthsSinceTaken(PlanState plan, int index) => plan.Passes.Growths - plan.Steps.GrowthsWhenTaken[index];

    private static bool IsWithin(Bytes remaining, Bytes? least, Percent margin) =>
        least is { } low && remaining.Count <= low.Count * (1 + (margin.Value / 100.0));
}
