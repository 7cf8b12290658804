using Mesh.Contracts.Policies;
using Mesh.Documents;
using Mesh.Policy.Model;

namespace Mesh.Policy.Rules;

/// <summary>Everything there is to know about one condition of a step: its name in documents, how it is read and written, when it holds and why.</summary>
/// <param name="Name">Its field in <c>when</c>.</param>
internal sealed record TriggerRule(string Name)
{
    /// <summary>Whether a trigger has this condition.</summary>
    public required Func<PolicyTrigger, bool> IsGiven { get; init; }

    /// <summary>Reads the condition's fields into a trigger.</summary>
    public required Func<MappingReader, PolicyTrigger, PolicyTrigger> Read { get; init; }

    /// <summary>Writes the condition's fields; null where there is nothing to write.</summary>
    public required Func<PolicyTrigger, IReadOnlyList<(string Name, DocumentNode? Value)>> Write { get; init; }

    /// <summary>Whether the condition, which is given, holds; false while the quantity it judges is unknown.</summary>
    public required Func<StepContext, bool> Holds { get; init; }

    /// <summary>Why it holds. Conditions that share a reason return the same text.</summary>
    public required Func<StepContext, string> Describe { get; init; }

    /// <summary>For a condition of time since copying began, the time that must have passed; null for the others.</summary>
    public Func<PlanState, PolicyTrigger, TimeSpan>? Threshold { get; init; }

    /// <summary>
    /// For a condition that can come to hold without new telemetry, when it does, as time since copying began; it returns null while that
    /// is not known. Null for the others.
    /// </summary>
    public Func<PlanState, PolicyTrigger, TimeSpan?>? DueAt { get; init; }

    /// <summary>A condition with one field.</summary>
    public static TriggerRule Create<T>(
        string name,
        ValueForm<T> form,
        Func<PolicyTrigger, T?> get,
        Func<PolicyTrigger, T?, PolicyTrigger> set,
        Func<StepContext, T, bool> holds,
        Func<StepContext, T, string> describe)
        where T : struct => new(name)
        {
            IsGiven = trigger => get(trigger) is not null,
            Read = (fields, trigger) => set(trigger, fields.Optional(name) is { } place ? form.Read(place) : null),
            Write = trigger => [(name, get(trigger) is { } value ? form.Write(value) : null)],
            Holds = step => holds(step, get(step.When)!.Value),
            Describe = step => describe(step, get(step.When)!.Value),
        };

    /// <summary>A condition of time alone: it holds once more than the threshold has passed, which is due also when no telemetry comes.</summary>
    public static TriggerRule CreateTimed(
        string name,
        Func<PolicyTrigger, TimeSpan?> get,
        Func<PolicyTrigger, TimeSpan?, PolicyTrigger> set,
        Func<PlanState, PolicyTrigger, TimeSpan> threshold) =>
        Create(
            name, ValueForms.Limit, get, set,
            (step, _) => step.Now > threshold(step.Plan, step.When),
            (step, _) => $"copying for longer than {ReasonFormat.Duration(TriggerRules.ElapsedThreshold(step.Plan, step.When)!.Value)}")
        with
        { Threshold = threshold, DueAt = (plan, when) => threshold(plan, when) };
}

/// <summary>A step while its trigger is evaluated.</summary>
/// <param name="Evaluation">The sample or timer that is evaluated.</param>
/// <param name="Index">The step's index in the policy.</param>
internal readonly record struct StepContext(PolicyEvaluation Evaluation, int Index)
{
    public PlanState Plan => Evaluation.Plan;

    public PassStatistics Passes => Plan.Passes;

    public TimeSpan Now => Evaluation.Now;

    public PolicyTrigger When => Plan.Policy.Steps[Index].When;

    /// <summary>Passes that have begun since the first that was seen.</summary>
    public long PassesSeen => Passes.LastIteration - Passes.FirstIteration;

    /// <summary>Passes that have begun since the last new low at the beginning of a pass.</summary>
    public long PassesSinceLow => Passes.LastIteration - Passes.LeastIteration;

    /// <summary>When what remains last reached a new low, as far as telemetry and stall events show.</summary>
    public TimeSpan LowAt => TimeRounding.Max(Passes.LeastAt, Plan.StalledSince ?? TimeSpan.Zero);

    /// <summary>Whether a stall event has come since the step was last taken.</summary>
    public bool HasNewStallEvent => Plan.StallEvents > Plan.Steps.StallEventsWhenTaken.ElementAtOrDefault(Index);

    /// <summary>Samples without a decrease since the step was last taken.</summary>
    public long GrowthsSinceTaken => Passes.Growths - Plan.Steps.GrowthsWhenTaken[Index];
}
