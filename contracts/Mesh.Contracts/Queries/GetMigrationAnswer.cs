using Mesh.Contracts.Migrations;
using Mesh.Contracts.Serialization;

namespace Mesh.Contracts.Queries;

/// <summary>One migration.</summary>
/// <param name="Migration">The migration; null if there is none of that identity.</param>
[MessageName("get-migration-answer")]
public sealed record GetMigrationAnswer(MigrationView? Migration = null);
