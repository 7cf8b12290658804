using System.Threading.Channels;
using Mesh.Hosting.Bus;

namespace Mesh.Hosting.Tests.Bus;

/// <summary>Takes every message of a type and hands them to the test in the order in which they came.</summary>
internal sealed class Recorder<T>(Func<T, Task>? onMessage = null) : IMessageHandler<T>
    where T : class
{
    // Missing evidence, not a measure: nothing here takes a second on an idle machine.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Channel<T> _taken = Channel.CreateUnbounded<T>();

    public int WaitingCount => _taken.Reader.Count;

    public async Task HandleAsync(T message, CancellationToken cancellation)
    {
        if (onMessage is not null)
            await onMessage(message);
        await _taken.Writer.WriteAsync(message, cancellation);
    }

    public async Task<T> NextAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        return await _taken.Reader.ReadAsync(limit.Token);
    }

    public async Task<IReadOnlyList<T>> NextAsync(int count)
    {
        var taken = new List<T>();
        while (taken.Count < count)
            taken.Add(await NextAsync());
        return taken;
    }
}
