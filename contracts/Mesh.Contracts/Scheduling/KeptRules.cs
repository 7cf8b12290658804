using System.Text.Json.Serialization;

namespace Mesh.Contracts.Scheduling;

/// <summary>What became of rules that were to be kept, or the rules that count.</summary>
/// <param name="Rules">The rules; null if they were refused.</param>
/// <param name="Faults">Everything that is wrong with them; then nothing was kept.</param>
/// <param name="By">Who kept those that count; null while nobody has.</param>
/// <param name="At">When, by the mesh's clock.</param>
public sealed record KeptRules(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] PlacementRules? Rules,
    IReadOnlyList<DocumentFault> Faults,
    string? By = null,
    DateTimeOffset? At = null);
