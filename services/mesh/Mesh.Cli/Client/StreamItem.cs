using System.Net.ServerSentEvents;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Mesh.Contracts.Events;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;

namespace Mesh.Cli.Client;

/// <summary>An item of a live stream: the current state of a migration, or an event.</summary>
internal abstract record StreamItem(MigrationId Id)
{
    internal sealed record Snapshot(MigrationView View) : StreamItem(View.Id);

    internal sealed record Update(MigrationEvent Event) : StreamItem(Event.MigrationId);

    /// <summary>Whether the migration has ended.</summary>
    public bool IsEnd => this is Snapshot { View.Outcome: not null } or Update { Event: MigrationEnded };
}

/// <summary>Reads a live stream. Events unknown to this version are skipped.</summary>
internal static class EventReader
{
    private static readonly HashSet<string> EventNames =
        [.. typeof(MigrationEvent).GetCustomAttributes<JsonDerivedTypeAttribute>(inherit: false).Select(derived => (string)derived.TypeDiscriminator!)];

    public static async IAsyncEnumerable<StreamItem> ReadAsync(Stream body, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var item in SseParser.Create<StreamItem?>(body, Read).EnumerateAsync(cancellation))
            if (item.Data is not null)
                yield return item.Data;
    }

    private static StreamItem? Read(string name, ReadOnlySpan<byte> data) => name switch
    {
        "view" => new StreamItem.Snapshot(JsonSerializer.Deserialize<MigrationView>(data, MeshJson.Options)!),
        _ when EventNames.Contains(name) => new StreamItem.Update(JsonSerializer.Deserialize<MigrationEvent>(data, MeshJson.Options)!),
        _ => null,
    };
}
