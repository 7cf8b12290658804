namespace Mesh.Contracts.Policies;

/// <summary>A policy as it is saved.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="Version">Its version, 1 for the first; 0 for one that comes with the mesh and was never changed.</param>
/// <param name="IsDefault">Whether it counts where nothing else does.</param>
/// <param name="UpdatedBy">Who kept this version; null for one that comes with the mesh.</param>
/// <param name="UpdatedAt">When; null for one that comes with the mesh.</param>
public sealed record PolicyView(MigrationPolicy Policy, int Version, bool IsDefault, string? UpdatedBy = null, DateTimeOffset? UpdatedAt = null);
