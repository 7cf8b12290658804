using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Hosting.Bus;

/// <summary>One registered handler and its queue, independent of the transport.</summary>
internal abstract class BusEndpoint(string? queue, QueueTraits traits)
{
    /// <summary>The queue; null for a subscription.</summary>
    public string? Queue { get; } = queue;

    /// <summary>How the queue treats its messages.</summary>
    public QueueTraits Traits { get; } = traits;

    /// <summary>The queues of all registered handlers.</summary>
    public static IReadOnlyList<string> GetQueues(IServiceProvider provider) =>
        [.. provider.GetServices<BusEndpoint>().Select(endpoint => endpoint.Queue).OfType<string>().Distinct(StringComparer.Ordinal)];

    /// <summary>The queues at which this process answers requests.</summary>
    public static IReadOnlyList<string> GetRequestQueues(IServiceProvider provider) =>
        [.. provider.GetServices<BusEndpoint>().Where(endpoint => endpoint.AnswersRequests).Select(endpoint => endpoint.Queue!).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>The message type; derived types travel as it.</summary>
    public abstract Type MessageType { get; }

    /// <summary>Whether its messages are requests, which it answers.</summary>
    public virtual bool AnswersRequests => false;

    /// <summary>Attaches the handler, which is created at the first message.</summary>
    public abstract void Attach(IBusListener listener, IServiceProvider provider);
}

internal sealed class HandlerEndpoint<T>(string? queue, QueueTraits traits, Func<IServiceProvider, IMessageHandler<T>> handler)
    : BusEndpoint(queue, traits)
    where T : class
{
    public override Type MessageType => typeof(T);

    public override void Attach(IBusListener listener, IServiceProvider provider)
    {
        var lazyHandler = new Lazy<IMessageHandler<T>>(() => handler(provider));
        var storeRetry = new StoreRetry(provider);
        listener.Handle<T>((message, cancellation) => storeRetry.HandleAsync(
            MessageNames.Find(typeof(T)) ?? typeof(T).Name, () => lazyHandler.Value.HandleAsync(message, cancellation), cancellation));
    }
}

internal sealed class JsonEndpoint<T>(string queue, QueueTraits traits, Func<IServiceProvider, IJsonMessageHandler<T>> handler)
    : BusEndpoint(queue, traits)
    where T : class
{
    public override Type MessageType => typeof(T);

    public override void Attach(IBusListener listener, IServiceProvider provider)
    {
        var lazyHandler = new Lazy<IJsonMessageHandler<T>>(() => handler(provider));
        var storeRetry = new StoreRetry(provider);
        listener.HandleJson<T>((json, cancellation) => storeRetry.HandleAsync(
            MessageNames.Find(typeof(T)) ?? typeof(T).Name, () => lazyHandler.Value.HandleAsync(json, cancellation), cancellation));
    }
}

internal sealed class RequestEndpoint<TRequest, TReply>(string queue, Func<IServiceProvider, IRequestHandler<TRequest, TReply>> handler)
    : BusEndpoint(queue, QueueTraits.None)
    where TRequest : class
    where TReply : class
{
    /// <summary>An endpoint whose handler is a service of the given class.</summary>
    public RequestEndpoint(string queue, Type handler)
        : this(queue, provider => (IRequestHandler<TRequest, TReply>)provider.GetRequiredService(handler))
    {
    }

    public override Type MessageType => typeof(TRequest);

    public override bool AnswersRequests => true;

    public override void Attach(IBusListener listener, IServiceProvider provider)
    {
        var answerer = new Lazy<IRequestHandler<TRequest, TReply>>(() => handler(provider));
        listener.Answer<TRequest, TReply>((request, cancellation) => answerer.Value.AnswerAsync(request, cancellation));
    }
}

/// <summary>A transport's receive endpoint, to which handlers attach.</summary>
internal interface IBusListener
{
    /// <summary>Passes every message of a type to a handler.</summary>
    void Handle<T>(Func<T, CancellationToken, Task> handle)
        where T : class;

    /// <summary>Passes every message of a type to a handler as it came.</summary>
    void HandleJson<T>(Func<JsonElement, CancellationToken, Task> handle)
        where T : class;

    /// <summary>Passes every request of a type to a handler and sends back its answer.</summary>
    void Answer<TRequest, TReply>(Func<TRequest, CancellationToken, Task<TReply>> answer)
        where TRequest : class
        where TReply : class;
}

/// <summary>How a queue treats what lies in it.</summary>
[Flags]
internal enum QueueTraits
{
    None = 0,

    /// <summary>One message at a time, in order of arrival.</summary>
    Ordered = 1,

    /// <summary>Holds plain JSON of one message type, so that senders need not name the type.</summary>
    AgentFacing = 2,

    /// <summary>Bounded: the oldest message is dropped for the newest.</summary>
    DropOldest = 4,

    /// <summary>Read by one process; a second one waits until the first is gone.</summary>
    Exclusive = 8,
}
