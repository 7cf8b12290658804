using Mesh.Contracts.Migrations;

namespace Mesh.Contracts.Queries;

/// <summary>One migration.</summary>
/// <param name="Migration">The migration; null if there is none of that identity.</param>
public sealed record GetMigrationAnswer(MigrationView? Migration = null);
