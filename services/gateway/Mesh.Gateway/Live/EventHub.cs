using System.Collections.Concurrent;
using Mesh.Contracts.Events;
using Mesh.Contracts.Values;
using Mesh.Gateway.Configuration;
using Mesh.Gateway.Logging;
using Mesh.Gateway.Problems;
using Mesh.Hosting.Bus;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Mesh.Gateway.Live;

/// <summary>Distributes events from the bus to the live streams, never waiting for a slow one.</summary>
internal sealed class EventHub(IOptions<GatewayOptions> options, ILogger<EventHub> logger) : IMessageHandler<MigrationEvent>
{
    private readonly ConcurrentDictionary<Subscription, bool> _subscriptions = new();

        public int Count => _subscriptions.Count;

    /// <summary>Starts buffering events for a client.</summary>
    /// <param name="id">The migration to follow; null for all.</param>
    /// <exception cref="ApiException">Too many streams are open.</exception>
    public Subscription Subscribe(MigrationId? id)
    {
        if (_subscriptions.Count >= options.Value.MaxStreams)
            throw new ApiException(ApiProblems.LimitReached($"too many live streams: {options.Value.MaxStreams} are open (Gateway:MaxStreams)"));

        var subscription = new Subscription(this, id, new EventBuffer(options.Value.MaxBufferedEvents));
        _subscriptions[subscription] = true;
        return subscription;
    }

    /// <inheritdoc />
    public Task HandleAsync(MigrationEvent message, CancellationToken cancellation)
    {
        foreach (var (subscription, _) in _subscriptions)
            if ((subscription.Id is null || subscription.Id == message.MigrationId) && !subscription.Events.TryAdd(message))
            {
                _subscriptions.TryRemove(subscription, out _);
                GatewayLog.ClientTooSlow(logger, options.Value.MaxBufferedEvents);
            }

        return Task.CompletedTask;
    }

    /// <summary>One client's events; disposing it unsubscribes.</summary>
    internal sealed class Subscription(EventHub hub, MigrationId? id, EventBuffer events) : IDisposable
    {
        public MigrationId? Id { get; } = id;

        public EventBuffer Events { get; } = events;

        public void Dispose() => hub._subscriptions.TryRemove(this, out _);
    }
}
