using Mesh.Contracts.Serialization;

namespace Mesh.Contracts.Policies;

/// <summary>Asks to delete a policy with all its versions; one that comes with the mesh is as it came afterwards.</summary>
/// <param name="Name">Its name.</param>
/// <param name="RequestedBy">Who asks, for the audit.</param>
[MessageName("delete-policy")]
public sealed record DeletePolicy(string Name, string RequestedBy);
