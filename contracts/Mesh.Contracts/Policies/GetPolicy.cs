namespace Mesh.Contracts.Policies;

/// <summary>Asks for one policy.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Version">Which version; null for the newest.</param>
public sealed record GetPolicy(string Name, int? Version = null);
