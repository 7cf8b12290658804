using System.Threading.Channels;
using Mesh.Hosting.Bus;

namespace Mesh.Hosting.Tests.Store;

/// <summary>Notes what the outbox sends; may refuse, as a broker that is away does.</summary>
internal sealed class RecordingBus(Func<object, Task>? onSend = null) : IMessageBus
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Channel<(string? Queue, Type Type, object Message)> _sent = Channel.CreateUnbounded<(string?, Type, object)>();

    public int WaitingCount => _sent.Reader.Count;

    public Task PublishAsync<T>(T message, CancellationToken cancellation = default)
        where T : class => NoteAsync(null, message);

    public Task SendAsync<T>(string queue, T message, CancellationToken cancellation = default)
        where T : class => NoteAsync(queue, message);

    public Task SendBestEffortAsync<T>(string queue, T message, CancellationToken cancellation = default)
        where T : class => throw new NotSupportedException("the outbox offers nothing");

    public Task<TReply> RequestAsync<TRequest, TReply>(string queue, TRequest request, CancellationToken cancellation = default)
        where TRequest : class
        where TReply : class => throw new NotSupportedException("the outbox asks nothing");

    public async Task<(string? Queue, Type Type, object Message)> NextAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        return await _sent.Reader.ReadAsync(limit.Token);
    }

    private async Task NoteAsync<T>(string? queue, T message)
        where T : class
    {
        if (onSend is not null)
            await onSend(message);
        await _sent.Writer.WriteAsync((queue, typeof(T), message));
    }
}
