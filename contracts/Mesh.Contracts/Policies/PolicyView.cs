namespace Mesh.Contracts.Policies;

/// <summary>A policy as it is kept.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="Version">Its version, 1 for the first; 0 for one that comes with the mesh and was never changed.</param>
/// <param name="IsDefault">Whether it counts where nothing else does.</param>
/// <param name="By">Who kept this version; null for one that comes with the mesh.</param>
/// <param name="At">When; null for one that comes with the mesh.</param>
public sealed record PolicyView(MigrationPolicy Policy, int Version, bool IsDefault, string? By = null, DateTimeOffset? At = null);
