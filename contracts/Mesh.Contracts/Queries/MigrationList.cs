using Mesh.Contracts.Migrations;

namespace Mesh.Contracts.Queries;

/// <summary>Migrations, the newest first.</summary>
/// <param name="Migrations">The migrations.</param>
public sealed record MigrationList(IReadOnlyList<MigrationView> Migrations);
