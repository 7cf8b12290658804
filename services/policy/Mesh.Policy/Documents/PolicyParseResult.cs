using Mesh.Contracts.Documents;
using Mesh.Contracts.Policies;

namespace Mesh.Policy.Documents;

/// <summary>What a policy document says.</summary>
/// <param name="Policy">The policy; null if anything is wrong with the document.</param>
/// <param name="Faults">Everything that is wrong with it, by line.</param>
public sealed record PolicyParseResult(MigrationPolicy? Policy, IReadOnlyList<DocumentDiagnostic> Faults);
