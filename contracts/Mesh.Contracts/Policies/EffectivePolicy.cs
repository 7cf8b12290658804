namespace Mesh.Contracts.Policies;

/// <summary>The effective policy of a VM, as a migration records it when it starts.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="Version">Its version, 1 for the first; 0 for a shipped one.</param>
/// <param name="Reason">Why this one.</param>
public sealed record EffectivePolicy(MigrationPolicy Policy, int Version, string Reason);
