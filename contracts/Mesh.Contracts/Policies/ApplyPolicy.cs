using Mesh.Contracts.Serialization;

namespace Mesh.Contracts.Policies;

/// <summary>Asks to save a policy, as a new version if there is one of the same name. Saving an identical policy changes nothing.</summary>
/// <param name="Document">The policy as YAML or JSON text.</param>
/// <param name="RequestedBy">Who requests it, for the audit log.</param>
[MessageName("apply-policy")]
public sealed record ApplyPolicy(string Document, string RequestedBy);
