using System.Threading.Channels;
using Mesh.Hosting.Bus;

namespace Mesh.Hosting.Tests.Store;

/// <summary>Records what the outbox sends; can fail, as without a broker.</summary>
internal sealed class RecordingBus(Func<object, Task>? onSend = null) : IMessageBus
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private readonly Channel<(string? Queue, Type Type, object Message)> _sent = Channel.CreateUnbounded<(string?, Type, object)>();

    public int WaitingCount => _sent.Reader.Count;

    public Task PublishAsync<T>(T message, CancellationToken cancellation = default)
        where T : class => RecordAsync(null, message);

    public Task SendAsync<T>(string queue, T message, CancellationToken cancellation = default)
        where T : class => RecordAsync(queue, message);

    public Task SendBestEffortAsync<T>(string queue, T message, CancellationToken cancellation = default)
        where T : class => throw new NotSupportedException("the outbox sends nothing best-effort");

    public Task<TReply> RequestAsync<TRequest, TReply>(string queue, TRequest request, CancellationToken cancellation = default)
        where TRequest : class
        where TReply : class => throw new NotSupportedException("the outbox sends no requests");

    public async Task<(string? Queue, Type Type, object Message)> NextAsync()
    {
        using var limit = new CancellationTokenSource(Timeout);
        return await _sent.Reader.ReadAsync(limit.Token);
    }

    private async Task RecordAsync<T>(string? queue, T message)
        where T : class
    {
        if (onSend is not null)
            await onSend(message);
        await _sent.Writer.WriteAsync((queue, typeof(T), message));
    }
}
