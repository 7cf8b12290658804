using System.Text.Json.Serialization;
using Mesh.Contracts.Documents;
using Mesh.Contracts.Serialization;

namespace Mesh.Contracts.Scheduling;

/// <summary>The result of applying rules, or the rules in effect.</summary>
/// <param name="Rules">The rules; null if they were refused.</param>
/// <param name="Diagnostics">Every error in the document; if there is one, nothing was saved.</param>
/// <param name="UpdatedBy">Who applied the rules in effect; null if none were applied.</param>
/// <param name="UpdatedAt">When, by the mesh's clock.</param>
[MessageName("rules-answer")]
public sealed record RulesAnswer(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] PlacementRules? Rules,
    IReadOnlyList<DocumentDiagnostic> Diagnostics,
    string? UpdatedBy = null,
    DateTimeOffset? UpdatedAt = null);
