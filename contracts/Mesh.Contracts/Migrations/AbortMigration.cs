using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Migrations;

/// <summary>Asks to abort a migration, in whatever phase it is.</summary>
/// <param name="Id">The migration.</param>
/// <param name="RequestedBy">Who asks, for the audit.</param>
[MessageName("abort-migration")]
public sealed record AbortMigration(MigrationId Id, string RequestedBy);
