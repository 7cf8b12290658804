using System.Text.Json.Serialization;
using Mesh.Contracts.Serialization;

namespace Mesh.Contracts.Policies;

/// <summary>One policy.</summary>
/// <param name="Policy">The policy; null if there is none of that name and version.</param>
/// <param name="Versions">Every existing version, in ascending order.</param>
[MessageName("get-policy-answer")]
public sealed record GetPolicyAnswer([property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] PolicyView? Policy, IReadOnlyList<int> Versions);
