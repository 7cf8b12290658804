using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Queries;

/// <summary>Asks for one migration; answered by <see cref="GetMigrationAnswer"/>.</summary>
/// <param name="Id">The migration.</param>
[MessageName("get-migration")]
public sealed record GetMigration(MigrationId Id);
