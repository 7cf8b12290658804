using Mesh.Contracts.Migrations;
using Mesh.Contracts.Serialization;

namespace Mesh.Contracts.Queries;

/// <summary>Migrations, the newest first.</summary>
/// <param name="Migrations">The migrations.</param>
[MessageName("migration-list")]
public sealed record MigrationList(IReadOnlyList<MigrationView> Migrations);
