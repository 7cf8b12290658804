using System.Threading.Channels;
using Mesh.Hosting.Bus;

namespace Mesh.Hosting.Tests.Bus;

/// <summary>Receives every message of a type and returns them to the test in the order of arrival.</summary>
internal sealed class Recorder<T>(Func<T, Task>? onMessage = null) : IMessageHandler<T>
    where T : class
{
    // Only reached if a message is lost: nothing here takes a second on an idle machine.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private readonly Channel<T> _received = Channel.CreateUnbounded<T>();

    public int WaitingCount => _received.Reader.Count;

    public async Task HandleAsync(T message, CancellationToken cancellation)
    {
        if (onMessage is not null)
            await onMessage(message);
        await _received.Writer.WriteAsync(message, cancellation);
    }

    public async Task<T> NextAsync()
    {
        using var limit = new CancellationTokenSource(Timeout);
        return await _received.Reader.ReadAsync(limit.Token);
    }

    public async Task<IReadOnlyList<T>> NextAsync(int count)
    {
        var messages = new List<T>();
        while (messages.Count < count)
            messages.Add(await NextAsync());
        return messages;
    }
}
