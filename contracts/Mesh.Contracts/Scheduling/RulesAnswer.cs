using System.Text.Json.Serialization;
using Mesh.Contracts.Documents;
using Mesh.Contracts.Serialization;

namespace Mesh.Contracts.Scheduling;

/// <summary>What became of rules that were to be kept, or the rules that count.</summary>
/// <param name="Rules">The rules; null if they were refused.</param>
/// <param name="Diagnostics">Everything that is wrong with them; then nothing was kept.</param>
/// <param name="UpdatedBy">Who kept those that count; null while nobody has.</param>
/// <param name="UpdatedAt">When, by the mesh's clock.</param>
[MessageName("rules-answer")]
public sealed record RulesAnswer(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] PlacementRules? Rules,
    IReadOnlyList<DocumentDiagnostic> Diagnostics,
    string? UpdatedBy = null,
    DateTimeOffset? UpdatedAt = null);
