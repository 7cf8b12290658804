using Mesh.Contracts.Policies;
using Mesh.Contracts.Values;

namespace Mesh.Gateway.Api;

/// <summary>The policy that counts for a machine, as it is shown.</summary>
/// <param name="Vm">The machine.</param>
/// <param name="Name">Its name.</param>
/// <param name="Effective">The policy, and why this one.</param>
/// <param name="Override">The machine's own policy; null if it has none.</param>
public sealed record VmPolicyView(VmId Vm, string Name, EffectivePolicy Effective, PolicyOverride? Override = null);
