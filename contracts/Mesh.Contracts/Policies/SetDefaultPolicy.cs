using Mesh.Contracts.Serialization;

namespace Mesh.Contracts.Policies;

/// <summary>Asks that a policy counts for every VM that has no other.</summary>
/// <param name="Name">Its name.</param>
/// <param name="RequestedBy">Who asks, for the audit.</param>
[MessageName("set-default-policy")]
public sealed record SetDefaultPolicy(string Name, string RequestedBy);
