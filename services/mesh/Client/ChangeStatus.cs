using Mesh.Contracts.Migrations;

namespace Mesh.Cli.Client;

/// <summary>What became of a change.</summary>
/// <param name="Change">The change as the migration records it.</param>
/// <param name="IsPending">Whether the host has not told everything yet.</param>
internal sealed record ChangeStatus(MigrationChange Change, bool IsPending);
