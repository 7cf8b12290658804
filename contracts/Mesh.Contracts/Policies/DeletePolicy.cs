using Mesh.Contracts.Serialization;

namespace Mesh.Contracts.Policies;

/// <summary>Asks to delete a policy with all its versions; a shipped policy returns to its shipped version.</summary>
/// <param name="Name">Its name.</param>
/// <param name="RequestedBy">Who requests it, for the audit log.</param>
[MessageName("delete-policy")]
public sealed record DeletePolicy(string Name, string RequestedBy);
