using System.Collections.Concurrent;
using System.Text.Json;
using Mesh.Contracts.Serialization;
using Mesh.Hosting.Bus;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Scheduler.Host.Tests.Running;

/// <summary>A broker inside the test: delivers each message at once, serialised as JSON, to the attached processes.</summary>
internal sealed class TestBroker : IMessageBus
{
    private readonly Lock _lock = new();
    private readonly List<(IServiceProvider Process, BusEndpoint Endpoint, Listener Listener)> _attached = [];

    /// <summary>Every request, command and event, in the order in which they were sent.</summary>
    public ConcurrentQueue<object> Sent { get; } = [];

    /// <summary>Answers a request in place of its handler; null leaves it to the handler.</summary>
    public Func<object, object?> AnswerOverride { get; set; } = _ => null;

    /// <summary>Whether events are lost.</summary>
    public bool DropsEvents { get; set; }

    /// <summary>Attaches the handlers of a process.</summary>
    public void Attach(IServiceProvider process)
    {
        foreach (var endpoint in process.GetServices<BusEndpoint>())
        {
            var listener = new Listener();
            endpoint.Attach(listener, process);
            lock (_lock)
                _attached.Add((process, endpoint, listener));
        }
    }

    /// <summary>Detaches a process.</summary>
    public void Detach(IServiceProvider process)
    {
        lock (_lock)
            _attached.RemoveAll(attached => attached.Process == process);
    }

    public async Task PublishAsync<T>(T message, CancellationToken cancellation = default)
        where T : class
    {
        Sent.Enqueue(message);
        if (!DropsEvents)
            foreach (var listener in Of(null, typeof(T)))
                await listener.TakeAsync(typeof(T), ThroughJson(message));
    }

    public async Task SendAsync<T>(string queue, T message, CancellationToken cancellation = default)
        where T : class
    {
        Sent.Enqueue(message);
        if (Of(queue, typeof(T)).FirstOrDefault() is { } listener)
            await listener.TakeAsync(typeof(T), ThroughJson(message));
    }

    public Task SendBestEffortAsync<T>(string queue, T message, CancellationToken cancellation = default)
        where T : class => SendAsync(queue, message, cancellation);

    public async Task<TReply> RequestAsync<TRequest, TReply>(string queue, TRequest request, CancellationToken cancellation = default)
        where TRequest : class
        where TReply : class
    {
        Sent.Enqueue(request);
        if (AnswerOverride(request) is TReply instead)
            return instead;
        var listener = Of(queue, typeof(TRequest)).FirstOrDefault() ?? throw new BusRequestException($"nobody answers {typeof(TRequest).Name} at '{queue}'");
        return ThroughJson((TReply)(await listener.TakeAsync(typeof(TRequest), ThroughJson(request)))!);
    }

    private static T ThroughJson<T>(T message)
        where T : class => JsonSerializer.Deserialize<T>(JsonSerializer.Serialize(message, MeshJson.Options), MeshJson.Options)!;

    private List<Listener> Of(string? queue, Type type)
    {
        lock (_lock)
            return [.. _attached.Where(attached => attached.Endpoint.Queue == queue && attached.Endpoint.MessageType == type).Select(attached => attached.Listener)];
    }

    private sealed class Listener : IBusListener
    {
        private readonly Dictionary<Type, Func<object, Task<object?>>> _handlers = [];

        public Task<object?> TakeAsync(Type type, object message) => _handlers[type](message);

        public void Handle<T>(Func<T, CancellationToken, Task> handle)
            where T : class => _handlers.Add(typeof(T), async message =>
            {
                await handle((T)message, default);
                return null;
            });

        public void HandleJson<T>(Func<JsonElement, CancellationToken, Task> handle)
            where T : class => _handlers.Add(typeof(T), async message =>
            {
                await handle(JsonSerializer.SerializeToElement((T)message, MeshJson.Options), default);
                return null;
            });

        public void Answer<TRequest, TReply>(Func<TRequest, CancellationToken, Task<TReply>> answer)
            where TRequest : class
            where TReply : class => _handlers.Add(typeof(TRequest), async message => await answer((TRequest)message, default));
    }
}
