using Mesh.Contracts.Policies;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Api;

/// <summary>The effective policy of a VM.</summary>
/// <param name="Vm">The VM.</param>
/// <param name="Name">The VM's name.</param>
/// <param name="Effective">The policy, and why it is the effective one.</param>
/// <param name="Override">The VM's policy override; null if it has none.</param>
public sealed record VmPolicyView(VmId Vm, string Name, EffectivePolicy Effective, PolicyOverride? Override = null);
