namespace Mesh.Contracts.Policies;

/// <summary>The policy that counts for a VM, as a migration records it when it starts.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="Version">Its version, 1 for the first; 0 for one that comes with the mesh.</param>
/// <param name="Reason">Why this one.</param>
public sealed record EffectivePolicy(MigrationPolicy Policy, int Version, string Reason);
