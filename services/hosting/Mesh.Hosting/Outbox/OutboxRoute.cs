using System.Text.Json;
using Mesh.Contracts.Serialization;
using Mesh.Hosting.Bus;

namespace Mesh.Hosting.Outbox;

/// <summary>How a stored message of one type becomes what it was and goes back onto the bus.</summary>
/// <param name="Type">What it is sent as.</param>
/// <param name="Name">The type's name in the outbox.</param>
/// <param name="Read">Reads its JSON; whatever this throws it throws each time.</param>
internal sealed record OutboxRoute(Type Type, string Name, Func<string, SendMessage> Read)
{
    public static string GetName<T>() => typeof(T).FullName!;

    public static OutboxRoute Create<T>()
        where T : class => new(typeof(T), GetName<T>(), body =>
        {
            var message = JsonSerializer.Deserialize<T>(body, MeshJson.Options) ?? throw new JsonException("it holds null");
            return (bus, queue, cancellation) =>
                queue is null ? bus.PublishAsync(message, cancellation) : bus.SendAsync(queue, message, cancellation);
        });
}

/// <summary>Sends a message that has been read; to everybody if no queue is named.</summary>
internal delegate Task SendMessage(IMessageBus bus, string? queue, CancellationToken cancellation);
