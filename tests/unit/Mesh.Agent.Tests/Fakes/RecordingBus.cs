using System.Collections.Concurrent;
using Mesh.Hosting.Bus;

namespace Mesh.Agent.Tests.Fakes;

/// <summary>A bus that records messages, and can be made to reject them.</summary>
public sealed class RecordingBus : IMessageBus
{
    private readonly ConcurrentQueue<(string Queue, object Message)> _messages = [];

    public bool IsDown { get; set; }

    public IReadOnlyList<T> Messages<T>() => [.. _messages.Select(one => one.Message).OfType<T>()];

    public IReadOnlyList<string> Queues<T>() => [.. _messages.Where(one => one.Message is T).Select(one => one.Queue)];

    public Task PublishAsync<T>(T message, CancellationToken cancellation = default)
        where T : class => Record("", message);

    public Task SendAsync<T>(string queue, T message, CancellationToken cancellation = default)
        where T : class => Record(queue, message);

    public Task SendBestEffortAsync<T>(string queue, T message, CancellationToken cancellation = default)
        where T : class => Record(queue, message);

    public Task<TReply> RequestAsync<TRequest, TReply>(string queue, TRequest request, CancellationToken cancellation = default)
        where TRequest : class
        where TReply : class => throw new NotSupportedException();

    private Task Record(string queue, object message)
    {
        if (IsDown)
            return Task.FromException(new InvalidOperationException("the broker is down"));
        _messages.Enqueue((queue, message));
        return Task.CompletedTask;
    }
}
