using System.Text.Json;
using Mesh.Contracts.Serialization;
using Mesh.Hosting.Bus;
using Mesh.Simulation.Engine;

namespace Mesh.Simulation.Bus;

/// <summary>A process's side of one queue: its handlers and its unacknowledged messages.</summary>
internal sealed class Consumer(SimulatedProcess process, BusLink link, bool isOrdered) : IBusListener
{
    private const int ParallelMax = 32;

    private static readonly TimeSpan[] Retries = [TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(3)];

    private readonly Dictionary<Type, Func<BrokerMessage, Task>> _handlers = [];

    /// <summary>Messages delivered but not acknowledged, in order.</summary>
    public List<BrokerMessage> Unacknowledged { get; } = [];

    /// <summary>Increases when its connection breaks: acknowledgements of earlier connections are ignored.</summary>
    public int Connection { get; set; }

    public SimulatedProcess Process { get; } = process;

    /// <summary>Whether it can receive another message.</summary>
    public bool IsFree => !Process.IsDead && !link.IsCut && Unacknowledged.Count < (isOrdered ? 1 : ParallelMax);

    public IEnumerable<Type> Types => _handlers.Keys;

    /// <inheritdoc />
    public void Handle<T>(Func<T, CancellationToken, Task> handle)
        where T : class => _handlers.Add(typeof(T), message => handle((T)message.Read(typeof(T)), CancellationToken.None));

    /// <inheritdoc />
    public void HandleJson<T>(Func<JsonElement, CancellationToken, Task> handle)
        where T : class => _handlers.Add(typeof(T), message => handle(message.ReadJson(), CancellationToken.None));

    /// <inheritdoc />
    public void Answer<TRequest, TReply>(Func<TRequest, CancellationToken, Task<TReply>> answer)
        where TRequest : class
        where TReply : class => _handlers.Add(typeof(TRequest), async message =>
        {
            var reply = await answer((TRequest)message.Read(typeof(TRequest)), CancellationToken.None);
            message.Reply?.Invoke(JsonSerializer.SerializeToUtf8Bytes(reply, MeshJson.Options), null);
        });

    /// <summary>Handles a message, with a few retries; returns the failure, null after success.</summary>
    public async Task<Exception?> HandleAsync(BrokerMessage message)
    {
        if (!_handlers.TryGetValue(message.Type, out var handler))
            return new InvalidOperationException($"no handler for {message.Type.Name}");
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await handler(message);
                return null;
            }
            catch (BusRequestException e)
            {
                // A request to another service failed: the sender of the message receives that as the answer, and the message itself is fine.
                return e;
            }
#pragma warning disable CA1031 // As with any broker: whatever a handler throws, the message is retried and then dead-lettered.
            catch (Exception e)
#pragma warning restore CA1031
            {
                if (attempt == Retries.Length)
                    return e;
                await Task.Delay(Retries[attempt], Process.Clock);
            }
        }
    }
}
