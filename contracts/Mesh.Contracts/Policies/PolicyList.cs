using Mesh.Contracts.Serialization;

namespace Mesh.Contracts.Policies;

/// <summary>All policies, by name.</summary>
/// <param name="Policies">The newest version of each.</param>
/// <param name="Overrides">VMs with a policy override.</param>
[MessageName("policy-list")]
public sealed record PolicyList(IReadOnlyList<PolicyView> Policies, IReadOnlyList<PolicyOverride> Overrides);
