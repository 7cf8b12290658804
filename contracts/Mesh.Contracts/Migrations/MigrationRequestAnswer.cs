using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Migrations;

/// <summary>The answer to a request: kept as a migration, or refused with every reason at once.</summary>
/// <param name="Id">The migration.</param>
/// <param name="Refusals">Empty if the migration was accepted and will reach a named end.</param>
[MessageName("migration-request-answer")]
public sealed record MigrationRequestAnswer(MigrationId Id, IReadOnlyList<Refusal> Refusals);
