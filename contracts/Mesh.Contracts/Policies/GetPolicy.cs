using Mesh.Contracts.Serialization;

namespace Mesh.Contracts.Policies;

/// <summary>Asks for one policy.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Version">Which version; null for the newest.</param>
[MessageName("get-policy")]
public sealed record GetPolicy(string Name, int? Version = null);
