using Mesh.Contracts.Serialization;

namespace Mesh.Contracts.Policies;

/// <summary>The effective policy of a VM.</summary>
/// <param name="Effective">The policy, and why it is the effective one; null if the named one does not exist.</param>
/// <param name="Error">The error; empty if there is none.</param>
[MessageName("resolve-policy-answer")]
public sealed record ResolvePolicyAnswer(EffectivePolicy? Effective = null, string Error = "");
