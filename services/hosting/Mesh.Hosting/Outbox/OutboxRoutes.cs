using System.Text.Json;
using Mesh.Contracts.Serialization;
using Mesh.Hosting.Bus;

namespace Mesh.Hosting.Outbox;

/// <summary>A message to be sent after the commit of the transaction that decided it.</summary>
public sealed class OutboxMessage
{
    private OutboxMessage(string messageType, string? queue, string body) => (MessageType, Queue, Body) = (messageType, queue, body);

    /// <summary>The name of the type that it is sent as, from its <see cref="MessageNameAttribute"/>.</summary>
    public string MessageType { get; }

    /// <summary>Its queue; null if it is published.</summary>
    public string? Queue { get; }

    /// <summary>The message as JSON.</summary>
    public string Body { get; }

    /// <summary>A message for one queue, sent as <typeparamref name="T"/>.</summary>
    public static OutboxMessage ToQueue<T>(string queue, T message)
        where T : class => Create(queue, message);

    /// <summary>A message for all subscribers of <typeparamref name="T"/>.</summary>
    public static OutboxMessage ToSubscribers<T>(T message)
        where T : class => Create(null, message);

    private static OutboxMessage Create<T>(string? queue, T message)
        where T : class => new(MessageNames.Of(typeof(T)), queue, JsonSerializer.Serialize(message, MeshJson.Options));
}

/// <summary>The message types that this version can send from the outbox.</summary>
internal sealed class OutboxRoutes(IEnumerable<OutboxRoute> routes)
{
    private readonly Dictionary<string, OutboxRoute> _routes = routes.ToDictionary(route => route.Name, StringComparer.Ordinal);

    /// <summary>How to send a row; null with the reason if it can never be sent.</summary>
    public SendMessage? TryRead(OutboxTable.Row row, out string reason)
    {
        reason = "";
        if (!_routes.TryGetValue(row.MessageType, out var route))
        {
            reason = $"this version does not send messages of type {row.MessageType}";
            return null;
        }

        try
        {
            return route.Read(row.Body);
        }
#pragma warning disable CA1031 // Reading depends on the row alone: what fails now fails every time.
        catch (Exception e)
#pragma warning restore CA1031
        {
            reason = $"cannot be read as {route.Name}: {e.Message}";
            return null;
        }
    }
}

/// <summary>How stored messages of one type go back onto the bus.</summary>
/// <param name="Type">The type that they are sent as.</param>
/// <param name="Name">Its name in the outbox.</param>
/// <param name="Read">Reads the JSON of one; what this throws it throws every time.</param>
internal sealed record OutboxRoute(Type Type, string Name, Func<string, SendMessage> Read)
{
    public static OutboxRoute Create<T>()
        where T : class => new(typeof(T), MessageNames.Of(typeof(T)), body =>
        {
            var message = JsonSerializer.Deserialize<T>(body, MeshJson.Options) ?? throw new JsonException("the body is null");
            return (bus, queue, cancellation) =>
                queue is null ? bus.PublishAsync(message, cancellation) : bus.SendAsync(queue, message, cancellation);
        });
}

/// <summary>Sends a message that has been read; to all subscribers if the queue is null.</summary>
internal delegate Task SendMessage(IMessageBus bus, string? queue, CancellationToken cancellation);
