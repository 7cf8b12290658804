using Mesh.Contracts.Serialization;

namespace Mesh.Contracts.Policies;

/// <summary>Asks to keep a policy, as a new version where there is one of the name. Keeping what is saved already changes nothing.</summary>
/// <param name="Document">The policy as YAML or JSON text.</param>
/// <param name="RequestedBy">Who asks, for the audit.</param>
[MessageName("apply-policy")]
public sealed record ApplyPolicy(string Document, string RequestedBy);
