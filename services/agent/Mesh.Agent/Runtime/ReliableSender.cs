using System.Text.Json;
using System.Threading.Channels;
using Mesh.Agent.Telemetry;
using Mesh.Core;
using Mesh.Hosting.Bus;
using Microsoft.Extensions.Logging;

namespace Mesh.Agent.Runtime;

/// <summary>
/// Sends what must arrive, in order, one message after the other, and tries again for as long as the broker does not take it.
/// </summary>
internal sealed class ReliableSender(IMessageBus bus, TimeProvider time, TimeSpan retryMax, ILogger log)
{
    private const int PendingMessagesMax = 10_000;

    private readonly Channel<PendingMessage> _pending = Channel.CreateBounded<PendingMessage>(PendingMessagesMax);

    /// <summary>Takes a message to send.</summary>
    /// <param name="queue">Where to.</param>
    /// <param name="message">What; its type argument names it on the wire.</param>
    /// <param name="delivered">Called once the broker has it.</param>
    /// <param name="cancellation">Gives up waiting for room.</param>
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
        var backoff = new BackoffCounter(TimeSpan.FromMilliseconds(250), retryMax);
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
                log.MessageNotSerializable(e, item.Queue);
                return;
            }
            catch (Exception e) when (!cancellation.IsCancellationRequested)
            {
                var wait = backoff.NextDelay();
                log.MessageNotSent(item.Queue, e.Message, wait);
                await Task.Delay(wait, time, cancellation);
            }
        }
    }

    private sealed record PendingMessage(string Queue, Func<CancellationToken, Task> Send, Action? Delivered);
}
