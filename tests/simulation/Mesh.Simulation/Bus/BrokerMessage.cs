using System.Text.Json;
using Mesh.Contracts.Serialization;

namespace Mesh.Simulation.Bus;

/// <summary>How a message is sent.</summary>
internal enum SendMode
{
    /// <summary>Into a queue, for good.</summary>
    Send,

    /// <summary>Into a queue that somebody has made; dropped otherwise.</summary>
    Offer,

    /// <summary>To every subscriber.</summary>
    Publish,

    /// <summary>Into a queue, for an answer.</summary>
    Request,
}

/// <summary>A message as the broker has it.</summary>
/// <param name="from">The process that sent it.</param>
/// <param name="sending">How.</param>
/// <param name="queue">Where to; null where it is published.</param>
/// <param name="type">The type that it is sent as.</param>
/// <param name="content">The message as its sender has it.</param>
internal sealed class BrokerMessage(string from, SendMode sending, string? queue, Type type, object content)
{
    private readonly byte[] _json = JsonSerializer.SerializeToUtf8Bytes(content, type, MeshJson.Options);

    /// <summary>The process that sent it.</summary>
    public string From { get; } = from;

    /// <summary>How it is sent.</summary>
    public SendMode Mode { get; } = sending;

    /// <summary>Where to; null where it is published.</summary>
    public string? Queue { get; } = queue;

    /// <summary>The type that it is sent as.</summary>
    public Type Type { get; } = type;

    /// <summary>The message as its sender has it, for those who watch.</summary>
    public object Content { get; } = content;

    /// <summary>When nobody waits for it any more; for requests.</summary>
    public long ExpiresTicks { get; init; } = long.MaxValue;

    /// <summary>Takes the answer, or the reason why there is none.</summary>
    public Action<byte[]?, string?>? Reply { get; init; }

    /// <summary>A copy of its own for a reader.</summary>
    public object Read(Type type) => JsonSerializer.Deserialize(_json, type, MeshJson.Options)!;
}
