using Mesh.Contracts.Documents;
using Mesh.Contracts.Scheduling;

namespace Mesh.Scheduler.Documents;

/// <summary>What a document of placement rules says.</summary>
/// <param name="Rules">The rules; null if anything is wrong with the document.</param>
/// <param name="Diagnostics">Everything that is wrong with it, by line.</param>
public sealed record RulesReadResult(PlacementRules? Rules, IReadOnlyList<DocumentDiagnostic> Diagnostics);
