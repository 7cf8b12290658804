using System.Text.Json;
using Mesh.Contracts.Serialization;

namespace Mesh.Simulation.Bus;

/// <summary>How a message is sent.</summary>
internal enum SendMode
{
    /// <summary>To a durable queue.</summary>
    Send,

    /// <summary>To a queue if it exists; dropped otherwise.</summary>
    Offer,

    /// <summary>To every subscriber.</summary>
    Publish,

    /// <summary>To a queue, with an answer.</summary>
    Request,
}

/// <summary>A message in the broker.</summary>
/// <param name="from">The process that sent it.</param>
/// <param name="mode">How it is sent.</param>
/// <param name="queue">Its queue; null if it is published.</param>
/// <param name="type">The type that it is sent as.</param>
/// <param name="content">The sender's object.</param>
internal sealed class BrokerMessage(string from, SendMode mode, string? queue, Type type, object content)
{
    private readonly byte[] _json = JsonSerializer.SerializeToUtf8Bytes(content, type, MeshJson.Options);

    public string From { get; } = from;

    public SendMode Mode { get; } = mode;

    public string? Queue { get; } = queue;

    public Type Type { get; } = type;

    /// <summary>The sender's object, for observers; receivers get a copy.</summary>
    public object Content { get; } = content;

    /// <summary>When a request expires, because its sender no longer waits for the answer.</summary>
    public long ExpiresTicks { get; init; } = long.MaxValue;

    /// <summary>Receives the answer, or the reason why there is none.</summary>
    public Action<byte[]?, string?>? Reply { get; init; }

    /// <summary>Deserializes a copy for a receiver.</summary>
    public object Read(Type type) => JsonSerializer.Deserialize(_json, type, MeshJson.Options)!;

    /// <summary>The message as it is on the wire.</summary>
    public JsonElement ReadJson() => JsonElement.Parse(_json);
}
