using System.Text.Json;
using Mesh.Contracts.Serialization;

namespace Mesh.Hosting.Outbox;

/// <summary>A message to be sent once the transaction that decided it is kept.</summary>
public sealed class OutboxMessage
{
    private OutboxMessage(string messageType, string? queue, string body)
    {
        MessageType = messageType;
        Queue = queue;
        Body = body;
    }

    /// <summary>Name of the type that it is sent as.</summary>
    public string MessageType { get; }

    /// <summary>The queue that it goes to; null if it is published.</summary>
    public string? Queue { get; }

    /// <summary>The message as JSON.</summary>
    public string Body { get; }

    /// <summary>A message for one queue, sent as <typeparamref name="T"/>.</summary>
    public static OutboxMessage ToQueue<T>(string queue, T message)
        where T : class => new(OutboxRoute.GetName<T>(), queue, JsonSerializer.Serialize(message, MeshJson.Options));

    /// <summary>A message for all subscribers of <typeparamref name="T"/>.</summary>
    public static OutboxMessage ToSubscribers<T>(T message)
        where T : class => new(OutboxRoute.GetName<T>(), null, JsonSerializer.Serialize(message, MeshJson.Options));
}
