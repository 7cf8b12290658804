using Mesh.Hosting.Bus;
using Mesh.Simulation.Engine;

namespace Mesh.Simulation.Bus;

/// <summary>
/// The broker: durable queues, at least once. What a consumer did not acknowledge comes again; what its handler throws at a few
/// times is set aside. Order is kept where a queue is read one message at a time, and nowhere else.
/// </summary>
internal sealed class Broker(SimulatedProcess network, NetworkConditions conditions, Trace trace, int reportsHeldMax)
{
    private readonly Dictionary<string, BrokerQueue> _queues = new(StringComparer.Ordinal);
    private readonly List<(BrokerMessage Message, Exception Reason)> _deadLetters = [];
    private long _subscriptions;

    /// <summary>Told of every message that the broker takes, at that moment.</summary>
    public event Action<BrokerMessage>? MessageAccepted;

    /// <summary>Told of every message that a consumer is given.</summary>
    public event Action<SimulatedProcess, BrokerMessage>? MessageDelivered;

    /// <summary>May change what a consumer is given; for planting bugs.</summary>
    public Func<SimulatedProcess, BrokerMessage, BrokerMessage> DeliveryInterceptor { get; set; } = (_, message) => message;

    /// <summary>Whether it takes nothing and gives nothing.</summary>
    public bool IsDown { get; private set; }

    /// <summary>What was set aside, and why.</summary>
    public IReadOnlyList<(BrokerMessage Message, Exception Reason)> DeadLetters => _deadLetters;

    /// <summary>Goes away; what it holds it keeps.</summary>
    public void Fail()
    {
        IsDown = true;
        foreach (var queue in _queues.Values)
            foreach (var consumer in queue.Consumers)
                Disconnect(queue, consumer);
    }

    /// <summary>Is back.</summary>
    public void Restore()
    {
        IsDown = false;
        foreach (var queue in _queues.Values)
            network.Post(() => Dispatch(queue), conditions.Latency());
    }

    /// <summary>Takes a message.</summary>
    public void Accept(BrokerMessage message)
    {
        MessageAccepted?.Invoke(message);
        if (message.Queue is { } name)
        {
            var queue = Queue(name);
            if (message.Mode is SendMode.Offer && !queue.IsDeclared)
                return;
            queue.Enqueue(message);
            Dispatch(queue);
            return;
        }

        foreach (var queue in _queues.Values.Where(queue => queue.Consumers.Any(consumer => consumer.Types.Contains(message.Type)) && IsSubscription(queue)))
        {
            queue.Enqueue(message);
            Dispatch(queue);
        }
    }

    /// <summary>Connects a process' handlers.</summary>
    public void Connect(SimulatedProcess process, BusLink link, IServiceProvider provider, IEnumerable<BusEndpoint> endpoints)
    {
        foreach (var group in endpoints.GroupBy(endpoint => endpoint.Queue ?? $"subscription-{++_subscriptions}").ToList())
        {
            var queue = Queue(group.Key);
            queue.IsDeclared = true;
            queue.Traits = group.Aggregate(QueueTraits.None, (all, endpoint) => all | endpoint.Traits);
            var consumer = new Consumer(process, link, queue.Traits.HasFlag(QueueTraits.Ordered));
            foreach (var endpoint in group)
                endpoint.Attach(consumer, provider);
            queue.Consumers.Add(consumer);
            process.Died += () => network.Post(() => RemoveConsumer(queue, consumer), conditions.Latency());
            link.Changed += () => HandleLinkChange(queue, consumer, link);
            Dispatch(queue);
        }
    }

    private static bool IsSubscription(BrokerQueue queue) => queue.Name.StartsWith("subscription-", StringComparison.Ordinal);

    private BrokerQueue Queue(string name)
    {
        if (!_queues.TryGetValue(name, out var queue))
            _queues[name] = queue = new BrokerQueue(name, reportsHeldMax);
        return queue;
    }

    private void RemoveConsumer(BrokerQueue queue, Consumer consumer)
    {
        Disconnect(queue, consumer);
        queue.Consumers.Remove(consumer);
        if (IsSubscription(queue))
            _queues.Remove(queue.Name);
        else
            Dispatch(queue);
    }

    private void HandleLinkChange(BrokerQueue queue, Consumer consumer, BusLink link)
    {
        if (link.IsCut)
            Disconnect(queue, consumer);
        else
            network.Post(() => Dispatch(queue), conditions.Latency());
    }

    private static void Disconnect(BrokerQueue queue, Consumer consumer)
    {
        consumer.Connection++;
        queue.Requeue(consumer.Unacknowledged);
        consumer.Unacknowledged.Clear();
    }

    private void Dispatch(BrokerQueue queue)
    {
        while (!IsDown && queue.Count > 0 && queue.Consumers.FirstOrDefault(consumer => consumer.IsFree) is { } consumer)
        {
            var message = queue.Dequeue(conditions);
            if (message.ExpiresTicks < network.EventLoop.Ticks)
                continue;
            consumer.Unacknowledged.Add(message);
            var connection = consumer.Connection;
            network.Post(() => Deliver(queue, consumer, connection, message), conditions.Latency());
        }
    }

    private void Deliver(BrokerQueue queue, Consumer consumer, int connection, BrokerMessage message)
    {
        // Lost on the way with the connection: it is back in its queue already.
        if (consumer.Connection != connection)
            return;
        consumer.Process.Post(() => _ = HandleAsync(queue, consumer, connection, message));
    }

    private async Task HandleAsync(BrokerQueue queue, Consumer consumer, int connection, BrokerMessage message)
    {
        MessageDelivered?.Invoke(consumer.Process, message);
        var failure = await consumer.HandleAsync(DeliveryInterceptor(consumer.Process, message));
        network.Post(() => Acknowledge(queue, consumer, connection, message, failure), conditions.Latency());
    }

    private void Acknowledge(BrokerQueue queue, Consumer consumer, int connection, BrokerMessage message, Exception? failure)
    {
        if (consumer.Connection != connection)
            return;
        if (failure is null && conditions.LosesAcknowledgement())
        {
            Disconnect(queue, consumer);
            Dispatch(queue);
            return;
        }

        consumer.Unacknowledged.Remove(message);
        if (failure is not null)
        {
            var isToldOnly = failure is BusRequestException;
            trace.Add("broker", $"! {message.Type.Name} in {queue.Name} {(isToldOnly ? "fails" : "is set aside")}: {failure.GetType().Name}: {failure.Message}");
            if (!isToldOnly)
                _deadLetters.Add((message, failure));
            message.Reply?.Invoke(null, failure.Message);
        }

        Dispatch(queue);
    }
}
