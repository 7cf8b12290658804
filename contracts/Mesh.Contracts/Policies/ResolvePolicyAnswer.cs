using Mesh.Contracts.Serialization;

namespace Mesh.Contracts.Policies;

/// <summary>The policy that counts for a VM.</summary>
/// <param name="Effective">The policy with the reason; null if the named one does not exist.</param>
/// <param name="Error">What is wrong; empty if nothing.</param>
[MessageName("resolve-policy-answer")]
public sealed record ResolvePolicyAnswer(EffectivePolicy? Effective = null, string Error = "");
