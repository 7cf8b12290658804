namespace Mesh.Contracts.Policies;

/// <summary>All policies, by name.</summary>
/// <param name="Policies">The newest version of each.</param>
/// <param name="Overrides">Machines that have a policy of their own.</param>
public sealed record PolicyList(IReadOnlyList<PolicyView> Policies, IReadOnlyList<PolicyOverride> Overrides);
