using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Queries;

/// <summary>Asks for the recorded telemetry of a migration, as a trace on which a policy can be replayed.</summary>
/// <param name="Id">The migration.</param>
[MessageName("export-migration")]
public sealed record ExportMigration(MigrationId Id);
