using Mesh.Contracts.Policies;
using Mesh.Contracts.Values;

namespace Mesh.Policy.Rules;

/// <summary>When a step is due.</summary>
internal static class Triggers
{
    /// <summary>Whether every condition of a step holds.</summary>
    /// <param name="turn">The look or wait.</param>
    /// <param name="index">The step's place in the policy.</param>
    public static bool Hold(Turn turn, int index)
    {
        var (plan, passes) = (turn.Plan, turn.Plan.Passes);
        var when = plan.Policy.Steps[index].When;
        return !(when.IterationsOver is { } over && !(passes.IsNew && passes.Last - passes.First > over))
            && !(passes.Last - passes.LeastIn <= when.IterationsWithoutProgress)
            && !(turn.Now - passes.LeastAt <= when.WithoutProgress)
            && !(turn.Now <= Elapsed(plan, when))
            && !(when.LocalMinimum is { } margin && !(passes.IsNew && IsWithin(plan.Progress.Remaining, passes.LeastAtBeginning, margin)))
            && !(when.PredictedDowntimeAtMost is { } most && !(Downtime(plan) <= most))
            && !(when.PredictedDowntimeOver is { } least && !(Downtime(plan) > least))
            && !(Growths(plan, index) <= when.GrowthsOver);
    }

    /// <summary>The time that must have passed; null for a step that does not wait for a time.</summary>
    public static TimeSpan? Elapsed(PlanState plan, PolicyTrigger when)
    {
        TimeSpan? scaled = when.ElapsedPerGiB is { } perGiB ? DataSize.Time(plan.Policy, plan.Subject, perGiB) * when.Times : null;
        return when.Elapsed is { } elapsed && scaled is { } also ? Moment.Later(elapsed, also) : when.Elapsed ?? scaled;
    }

    /// <summary>Whether nothing but the time decides.</summary>
    public static bool AreOfTimeAlone(PolicyTrigger when) =>
        new PolicyTrigger { Elapsed = when.Elapsed, ElapsedPerGiB = when.ElapsedPerGiB, Times = when.Times } == when
        && (when.Elapsed ?? when.ElapsedPerGiB) is not null;

    /// <summary>Why a step is due, in words and numbers.</summary>
    public static string Why(Turn turn, int index)
    {
        var (plan, passes) = (turn.Plan, turn.Plan.Passes);
        var when = plan.Policy.Steps[index].When;
        var reasons = new List<string>();
        if (when.IterationsOver is { } over)
            reasons.Add($"{Words.Passes(passes.Last - passes.First)} since the first seen, more than {over}");
        if (when.IterationsWithoutProgress is { } dry)
            reasons.Add($"{Words.Passes(passes.Last - passes.LeastIn)} without a new low, more than {dry}");
        if (when.WithoutProgress is { } still)
            reasons.Add($"no new low for {Words.Of(turn.Now - passes.LeastAt)}, longer than {Words.Of(still)}");
        if (Elapsed(plan, when) is { } elapsed)
            reasons.Add($"copying for longer than {Words.Of(elapsed)}");
        if (when.LocalMinimum is { } margin)
            reasons.Add($"{plan.Progress.Remaining} remain, within {margin} of the least");
        if ((when.PredictedDowntimeAtMost ?? when.PredictedDowntimeOver) is not null)
            reasons.Add($"a switch-over now would take {Words.Of(Downtime(plan)!.Value)}");
        if (when.GrowthsOver is { } growths)
            reasons.Add($"what remains was no less in {Growths(plan, index)} samples, more than {growths}");
        return $"step {index + 1} of {plan.Policy.Steps.Count}: {string.Join("; ", reasons)}";
    }

    /// <summary>How long what remains takes at the present rate; null while that is unknown.</summary>
    public static TimeSpan? Downtime(PlanState plan) =>
        plan.Passes.Bandwidth > 0 ? SwitchOver.Downtime(plan.Progress.Remaining, plan.Passes.Bandwidth) : null;

    private static long Growths(PlanState plan, int index) => plan.Passes.Growths - plan.Steps.Growths[index];

    private static bool IsWithin(Bytes remaining, Bytes? least, Percent margin) =>
        least is { } low && remaining.Count <= low.Count * (1 + (margin.Value / 100.0));
}
