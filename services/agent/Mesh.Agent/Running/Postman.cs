using System.Text.Json;
using System.Threading.Channels;
using Mesh.Agent.Jobs;
using Mesh.Hosting.Bus;
using Microsoft.Extensions.Logging;

namespace Mesh.Agent.Running;

/// <summary>
/// Sends what must arrive, in order, one message after the other, and tries again for as long as the broker does not take it.
/// </summary>
internal sealed class Postman(IMessageBus bus, TimeProvider time, TimeSpan retryMax, ILogger log)
{
    private const int LettersHeldMax = 10_000;

    private readonly Channel<Letter> _letters = Channel.CreateBounded<Letter>(LettersHeldMax);

    /// <summary>Takes a message to send.</summary>
    /// <param name="queue">Where to.</param>
    /// <param name="message">What; its type argument names it on the wire.</param>
    /// <param name="delivered">Called once the broker has it.</param>
    /// <param name="cancellation">Gives up waiting for room.</param>
    public ValueTask PostAsync<T>(string queue, T message, Action? delivered, CancellationToken cancellation)
        where T : class =>
        _letters.Writer.WriteAsync(new Letter(queue, stop => bus.SendAsync(queue, message, stop), delivered), cancellation);

    public async Task RunAsync(CancellationToken cancellation)
    {
        while (await _letters.Reader.WaitToReadAsync(cancellation))
            while (_letters.Reader.TryRead(out var letter))
                await DeliverAsync(letter, cancellation);
    }

    private async Task DeliverAsync(Letter letter, CancellationToken cancellation)
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(250), retryMax);
        while (true)
        {
            try
            {
                await letter.Send(cancellation);
                letter.Delivered?.Invoke();
                return;
            }
            catch (Exception e) when (e is JsonException or NotSupportedException)
            {
                log.MessageUnwritable(e, letter.Queue);
                return;
            }
            catch (Exception e) when (!cancellation.IsCancellationRequested)
            {
                var wait = backoff.Next();
                log.MessageNotSent(letter.Queue, e.Message, wait);
                await Task.Delay(wait, time, cancellation);
            }
        }
    }

    private sealed record Letter(string Queue, Func<CancellationToken, Task> Send, Action? Delivered);
}
