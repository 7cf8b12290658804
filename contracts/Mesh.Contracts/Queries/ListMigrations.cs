using Mesh.Contracts.Serialization;

namespace Mesh.Contracts.Queries;

/// <summary>Asks for migrations, the newest first; answered by <see cref="MigrationList"/>.</summary>
/// <param name="UnfinishedOnly">Whether ended ones are left out.</param>
/// <param name="CountMax">How many at most, 1 to 1000.</param>
[MessageName("list-migrations")]
public sealed record ListMigrations(bool UnfinishedOnly, int CountMax);
