namespace Mesh.Contracts.Scheduling;

/// <summary>A requirement on a host's label; the operators are those of Kubernetes' node affinity.</summary>
/// <param name="Key">The label. <c>host</c> is every host's own name.</param>
/// <param name="Operator">How it is compared.</param>
/// <param name="Values">What it is compared with; one integer for <see cref="LabelOperator.GreaterThan"/> and <see cref="LabelOperator.LessThan"/>, none for <see cref="LabelOperator.Exists"/> and <see cref="LabelOperator.DoesNotExist"/>.</param>
public sealed record LabelRequirement(string Key, LabelOperator Operator, IReadOnlyList<string> Values);
