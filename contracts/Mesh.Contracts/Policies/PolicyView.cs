namespace Mesh.Contracts.Policies;

/// <summary>A saved policy.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="Version">Its version, 1 for the first; 0 for a shipped one that was never changed.</param>
/// <param name="IsDefault">Whether it is the default.</param>
/// <param name="UpdatedBy">Who saved this version; null for a shipped one.</param>
/// <param name="UpdatedAt">When; null for a shipped one.</param>
public sealed record PolicyView(MigrationPolicy Policy, int Version, bool IsDefault, string? UpdatedBy = null, DateTimeOffset? UpdatedAt = null);
