using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Migrations;

/// <summary>Asks to abort a migration, in any phase.</summary>
/// <param name="Id">The migration.</param>
/// <param name="RequestedBy">Who requests it, for the audit log.</param>
[MessageName("abort-migration")]
public sealed record AbortMigration(MigrationId Id, string RequestedBy);
