using Mesh.Contracts.Serialization;

namespace Mesh.Contracts.Scheduling;

/// <summary>Asks to replace the placement rules by a document; answered by <see cref="RulesAnswer"/>.</summary>
/// <param name="Document">The rules as YAML or JSON text.</param>
/// <param name="RequestedBy">Who requests it, for the audit log.</param>
/// <param name="DryRun">Whether the rules are only checked.</param>
[MessageName("apply-rules")]
public sealed record ApplyRules(string Document, string RequestedBy, bool DryRun = false);
