using Mesh.Contracts.Serialization;

namespace Mesh.Contracts.Queries;

/// <summary>A migration's trace.</summary>
/// <param name="Trace">JSON lines as <c>infra/docs/policies.md</c> describes them; null if there is no such migration.</param>
[MessageName("export-migration-answer")]
public sealed record ExportMigrationAnswer(string? Trace = null);
