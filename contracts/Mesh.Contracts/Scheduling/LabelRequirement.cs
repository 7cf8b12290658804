namespace Mesh.Contracts.Scheduling;

/// <summary>What a host's label must be; the operators are those of Kubernetes' node affinity.</summary>
/// <param name="Key">The label. <c>host</c> is every host's own name.</param>
/// <param name="Operator">How it is compared.</param>
/// <param name="Values">What it is compared with; one whole number for <see cref="LabelOperator.GreaterThan"/> and <see cref="LabelOperator.LessThan"/>, none for <see cref="LabelOperator.Exists"/> and <see cref="LabelOperator.DoesNotExist"/>.</param>
public sealed record LabelRequirement(string Key, LabelOperator Operator, IReadOnlyList<string> Values);
