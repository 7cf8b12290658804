using System.Net.ServerSentEvents;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Mesh.Contracts.Events;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Serialization;

namespace Mesh.Cli.Client;

/// <summary>Reads a live stream. Events that this version does not know are passed over.</summary>
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
