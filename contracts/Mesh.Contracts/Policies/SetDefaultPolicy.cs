using Mesh.Contracts.Serialization;

namespace Mesh.Contracts.Policies;

/// <summary>Asks to make a policy the default, for every VM that has no other.</summary>
/// <param name="Name">Its name.</param>
/// <param name="RequestedBy">Who requests it, for the audit log.</param>
[MessageName("set-default-policy")]
public sealed record SetDefaultPolicy(string Name, string RequestedBy);
