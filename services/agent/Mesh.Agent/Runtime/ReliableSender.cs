using System.Text.Json;
using System.Threading.Channels;
using Mesh.Agent.Configuration;
using Mesh.Agent.Telemetry;
using Mesh.Core;
using Mesh.Hosting.Bus;

namespace Mesh.Agent.Runtime;

/// <summary>
/// Sends messages that must arrive, one at a time and in order, and retries each until the broker has accepted it.
/// </summary>
internal sealed class ReliableSender(AgentContext agent, AgentOptions options, IMessageBus bus)
{
    private const int PendingMessagesMax = 10_000;
    private static readonly TimeSpan FirstRetryDelay = TimeSpan.FromMilliseconds(250);

    private readonly Channel<PendingMessage> _pending = Channel.CreateBounded<PendingMessage>(PendingMessagesMax);

    /// <summary>Queues a message, and waits while the queue is full.</summary>
    /// <param name="queue">The destination queue.</param>
    /// <param name="message">The message; the type argument is its type on the wire.</param>
    /// <param name="delivered">Called once the broker has accepted it.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    public ValueTask EnqueueAsync<T>(string queue, T message, Action? delivered, CancellationToken cancellation)
        where T : class =>
        _pending.Writer.WriteAsync(new PendingMessage(queue, stop => bus.SendAsync(queue, message, stop), delivered), cancellation);

    public async Task RunAsync(CancellationToken cancellation)
    {
        while (await _pending.Reader.WaitToReadAsync(cancellation))
            while (_pending.Reader.TryRead(out var item))
                await SendWithRetryAsync(item, cancellation);
    }

    private async Task SendWithRetryAsync(PendingMessage item, CancellationToken cancellation)
    {
        var backoff = new BackoffCounter(FirstRetryDelay, options.RetryIntervalMax);
        while (true)
        {
            try
            {
                await item.Send(cancellation);
                item.Delivered?.Invoke();
                return;
            }
            catch (Exception e) when (e is JsonException or NotSupportedException)
            {
                agent.Log.MessageNotSerializable(e, item.Queue);
                return;
            }
            catch (Exception e) when (!cancellation.IsCancellationRequested)
            {
                var wait = backoff.NextDelay();
                agent.Log.MessageNotSent(item.Queue, e.Message, wait);
                await Task.Delay(wait, agent.Time, cancellation);
            }
        }
    }

    private sealed record PendingMessage(string Queue, Func<CancellationToken, Task> Send, Action? Delivered);
}
