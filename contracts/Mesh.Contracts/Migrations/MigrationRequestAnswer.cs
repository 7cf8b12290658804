using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Migrations;

/// <summary>The answer to a request: accepted as a migration, or refused with every reason at once.</summary>
/// <param name="Id">The migration.</param>
/// <param name="Refusals">Every reason for the refusal; empty if the migration was accepted and will reach an outcome.</param>
[MessageName("migration-request-answer")]
public sealed record MigrationRequestAnswer(MigrationId Id, IReadOnlyList<Refusal> Refusals);
