using System.Text.Json;
using Mesh.Contracts.Serialization;
using Mesh.Hosting.Bus;

namespace Mesh.Hosting.Outbox;

/// <summary>How a stored message of one type goes back onto the bus.</summary>
internal sealed record OutboxRoute(Type Type, string Name, Func<IMessageBus, string?, string, CancellationToken, Task> SendAsync)
{
    public static string NameOf<T>() => typeof(T).FullName!;

    public static OutboxRoute Of<T>()
        where T : class => new(typeof(T), NameOf<T>(), (bus, queue, body, cancellation) =>
        {
            var message = JsonSerializer.Deserialize<T>(body, MeshJson.Options)!;
            return queue is null ? bus.PublishAsync(message, cancellation) : bus.SendAsync(queue, message, cancellation);
        });
}
