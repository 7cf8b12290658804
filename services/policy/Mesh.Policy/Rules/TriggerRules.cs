using Mesh.Contracts.Policies;
using Mesh.Contracts.Values;
using Mesh.Documents;
using Mesh.Policy.Model;

namespace Mesh.Policy.Rules;

/// <summary>
/// The conditions that a step's <c>when</c> can have, one row each. Reader, writer, evaluation and reasons go through this table, so a new
/// condition is a property of <see cref="PolicyTrigger"/> and a row here.
/// </summary>
internal static class TriggerRules
{
    private const string Times = "times";
    private const string WithoutProgress = "withoutProgress";

    /// <summary>All of them, in the order in which documents and messages name them.</summary>
    public static readonly IReadOnlyList<TriggerRule> All =
    [
        TriggerRule.Create(
            "iterationsOver", ValueForms.Count, when => when.IterationsOver, (when, value) => when with { IterationsOver = value },
            (step, over) => step.Passes.IsNewPass && step.PassesSeen > over,
            (step, over) => $"{ReasonFormat.Passes(step.PassesSeen)} since the first seen, more than {over}"),
        TriggerRule.Create(
            "iterationsWithoutProgress", ValueForms.Count, when => when.IterationsWithoutProgress, (when, value) => when with { IterationsWithoutProgress = value },
            (step, most) => step.PassesSinceLow > most,
            (step, most) => $"{ReasonFormat.Passes(step.PassesSinceLow)} without a new low, more than {most}"),
        TriggerRule.Create(
            WithoutProgress, ValueForms.Limit, when => when.WithoutProgress, (when, value) => when with { WithoutProgress = value },
            (step, longest) => step.Now - step.LowAt > longest,
            (step, longest) => $"no new low for {ReasonFormat.Duration(step.Now - step.LowAt)}, longer than {ReasonFormat.Duration(longest)}"),
        TriggerRule.CreateTimed(
            "elapsed", when => when.Elapsed, (when, value) => when with { Elapsed = value },
            (_, when) => when.Elapsed!.Value),
        WithTimes(TriggerRule.CreateTimed(
            "elapsedPerGiB", when => when.ElapsedPerGiB, (when, value) => when with { ElapsedPerGiB = value },
            (plan, when) => ScaledDuration.Compute(plan.Policy, plan.Subject, when.ElapsedPerGiB!.Value) * when.Times)),
        TriggerRule.Create(
            "localMinimum", ValueForms.Percentage, when => when.LocalMinimum, (when, value) => when with { LocalMinimum = value },
            (step, margin) => step.Passes.IsNewPass && IsWithin(step.Plan.Progress.Remaining, step.Passes.LeastAtPassStart, margin),
            (step, margin) => $"{step.Plan.Progress.Remaining} remain, within {margin} of the least"),
        TriggerRule.Create(
            "predictedDowntimeAtMost", ValueForms.Downtime, when => when.PredictedDowntimeAtMost, (when, value) => when with { PredictedDowntimeAtMost = value },
            (step, most) => PredictedDowntime(step.Plan) <= most,
            (step, _) => DescribePrediction(step)),
        TriggerRule.Create(
            "predictedDowntimeOver", ValueForms.Downtime, when => when.PredictedDowntimeOver, (when, value) => when with { PredictedDowntimeOver = value },
            (step, least) => PredictedDowntime(step.Plan) > least,
            (step, _) => DescribePrediction(step)),
        TriggerRule.Create(
            "growthsOver", ValueForms.Count, when => when.GrowthsOver, (when, value) => when with { GrowthsOver = value },
            (step, most) => step.GrowthsSinceTaken > most,
            (step, most) => $"what remains did not decrease in {step.GrowthsSinceTaken} samples, more than {most}"),
        TriggerRule.Create(
            "stalled", ValueForms.Limit, when => when.Stalled, (when, value) => when with { Stalled = value },
            (step, longest) => step.HasNewStallEvent && step.Now - step.Plan.StalledSince > longest,
            (step, longest) => $"stalled for {ReasonFormat.Duration(step.Now - step.Plan.StalledSince!.Value)} by the host's event, longer than {ReasonFormat.Duration(longest)}")
        with
        { DueAt = (plan, when) => plan.StalledSince + when.Stalled },
    ];

    /// <summary>Reads the fields of a trigger and reports what contradicts itself.</summary>
    public static PolicyTrigger Read(MappingReader fields)
    {
        var trigger = All.Aggregate(new PolicyTrigger(), (read, rule) => rule.Read(fields, read));
        if (!fields.Names.Except([Times], StringComparer.Ordinal).Any())
            fields.AddError($"has no condition; accepted: {string.Join(", ", All.Select(rule => rule.Name))}");
        if (trigger.PredictedDowntimeOver >= trigger.PredictedDowntimeAtMost)
            fields.AddError("can never be met: predictedDowntimeOver must be less than predictedDowntimeAtMost");
        return trigger;
    }

    public static DocumentMap Write(PolicyTrigger trigger) => NodeBuilder.Map([.. All.SelectMany(rule => rule.Write(trigger))]);

    /// <summary>Whether every condition of a step holds.</summary>
    /// <param name="context">The sample or timer that is evaluated.</param>
    /// <param name="index">The step's index in the policy.</param>
    public static bool AreMet(PolicyEvaluation context, int index)
    {
        var step = new StepContext(context, index);
        return Given(step.When).All(rule => rule.Holds(step));
    }

    /// <summary>Why a step is due.</summary>
    public static string DescribeReason(PolicyEvaluation context, int index)
    {
        var step = new StepContext(context, index);
        var reasons = Given(step.When).Select(rule => rule.Describe(step)).Distinct(StringComparer.Ordinal);
        return $"step {index + 1} of {step.Plan.Policy.Steps.Count}: {string.Join("; ", reasons)}";
    }

    /// <summary>The time that must have passed since copying began; null for a step without a condition of time.</summary>
    public static TimeSpan? ElapsedThreshold(PlanState plan, PolicyTrigger when) =>
        Given(when).Select(rule => rule.Threshold?.Invoke(plan, when)).Max();

    /// <summary>When a step comes to hold without new telemetry, as time since copying began; null if it does not, or that is not known.</summary>
    public static TimeSpan? DueAt(PlanState plan, PolicyTrigger when)
    {
        if (!DependsOnTimeOnly(when))
            return null;
        IReadOnlyList<TimeSpan?> due = [.. Given(when).Select(rule => rule.DueAt!(plan, when))];
        return due.Contains(null) ? null : due.Max();
    }

    /// <summary>Whether all conditions can come to hold without new telemetry.</summary>
    public static bool DependsOnTimeOnly(PolicyTrigger when) => Given(when).Any() && Given(when).All(rule => rule.DueAt is not null);

    /// <summary>Whether a stall event can make the step due: it proves that there was no new low.</summary>
    public static bool MayFollowStallEvent(PolicyTrigger when) =>
        (when.Stalled ?? when.WithoutProgress) is not null && Given(when).All(rule => rule.DueAt is not null || rule.Name is WithoutProgress);

    /// <summary>How long it takes to copy what remains at the current rate; null while that is unknown.</summary>
    public static TimeSpan? PredictedDowntime(PlanState plan) =>
        plan.Passes.Bandwidth > 0 ? SwitchOver.EstimateDowntime(plan.Progress.Remaining, plan.Passes.Bandwidth) : null;

    private static IEnumerable<TriggerRule> Given(PolicyTrigger when) => All.Where(rule => rule.IsGiven(when));

    // The factor is not a condition; it only multiplies this one.
    private static TriggerRule WithTimes(TriggerRule rule) => rule with
    {
        Read = (fields, trigger) =>
        {
            var read = rule.Read(fields, trigger);
            if (fields.Optional(Times) is not { } place)
                return read;
            if (!fields.Names.Contains(rule.Name, StringComparer.Ordinal))
                place.AddError($"is the factor of {rule.Name}, which is missing");
            return read with { Times = place.ReadCount(0, (int)PolicyBounds.CountMax) ?? 1 };
        },
        Write = trigger => [.. rule.Write(trigger), (Times, trigger.Times == 1 ? null : ValueForms.Write(trigger.Times))],
    };

    private static string DescribePrediction(StepContext step) =>
        $"a switchover now would take {ReasonFormat.Duration(PredictedDowntime(step.Plan)!.Value)}";

    private static bool IsWithin(Bytes remaining, Bytes? least, Percent margin) =>
        least is { } low && remaining.Count <= low.Count * (1 + (margin.Value / 100.0));
}
