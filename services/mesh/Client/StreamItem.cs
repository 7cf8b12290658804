using Mesh.Contracts.Events;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;

namespace Mesh.Cli.Client;

/// <summary>What comes over a live stream: a migration as it stands, or something that happened to one.</summary>
internal abstract record StreamItem(MigrationId Id)
{
    /// <summary>The migration as it stands.</summary>
    internal sealed record Snapshot(MigrationView View) : StreamItem(View.Id);

    /// <summary>Something happened.</summary>
    internal sealed record Update(MigrationEvent Event) : StreamItem(Event.MigrationId);

    /// <summary>Whether it tells the migration's end.</summary>
    public bool IsEnd => this is Snapshot { View.Outcome: not null } or Update { Event: MigrationEnded };
}
