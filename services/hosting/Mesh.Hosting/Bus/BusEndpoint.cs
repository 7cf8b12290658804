using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Hosting.Bus;

/// <summary>One registered handler: which queue it listens to, and what for. It knows nothing of the transport that carries the messages.</summary>
internal abstract class BusEndpoint(string? queue, QueueTraits traits)
{
    /// <summary>The queue; null for a subscription of its own.</summary>
    public string? Queue { get; } = queue;

    /// <summary>How the queue treats what lies in it.</summary>
    public QueueTraits Traits { get; } = traits;

    /// <summary>The queues that a container's handlers listen to.</summary>
    public static IReadOnlyList<string> GetQueues(IServiceProvider provider) =>
        [.. provider.GetServices<BusEndpoint>().Select(endpoint => endpoint.Queue).OfType<string>().Distinct(StringComparer.Ordinal)];

    /// <summary>The message that is taken; derived ones travel as it.</summary>
    public abstract Type MessageType { get; }

    /// <summary>Attaches the handler, which is made at the first message.</summary>
    public abstract void Attach(IBusListener listener, IServiceProvider provider);
}

/// <summary>A handler of messages.</summary>
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
            message.GetType().Name, () => lazyHandler.Value.HandleAsync(message, cancellation), cancellation));
    }
}

/// <summary>A handler of requests.</summary>
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

    public override void Attach(IBusListener listener, IServiceProvider provider)
    {
        var answerer = new Lazy<IRequestHandler<TRequest, TReply>>(() => handler(provider));
        listener.Answer<TRequest, TReply>((request, cancellation) => answerer.Value.AnswerAsync(request, cancellation));
    }
}

/// <summary>A transport's side of one queue or subscription: what the registered handlers attach to.</summary>
internal interface IBusListener
{
    /// <summary>Hands every message of a type to a handler.</summary>
    void Handle<T>(Func<T, CancellationToken, Task> handle)
        where T : class;

    /// <summary>Hands every request of a type to a handler and sends its answer back.</summary>
    void Answer<TRequest, TReply>(Func<TRequest, CancellationToken, Task<TReply>> answer)
        where TRequest : class
        where TReply : class;
}

/// <summary>How a queue treats what lies in it.</summary>
[Flags]
internal enum QueueTraits
{
    None = 0,

    /// <summary>One message at a time, in the order of arrival.</summary>
    Ordered = 1,

    /// <summary>Holds one message type of plain JSON, so that its sender need not name the type.</summary>
    AgentFacing = 2,

    /// <summary>Bounded; the oldest message makes room for the newest.</summary>
    DropOldest = 4,
}
