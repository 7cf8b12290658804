using Mesh.Hosting.Bus;
using Mesh.Simulation.Engine;

namespace Mesh.Simulation.Bus;

/// <summary>
/// The broker: durable queues with at-least-once delivery. Unacknowledged messages are redelivered; a message whose handler keeps failing is
/// dead-lettered. Only queues that are read one message at a time preserve the order.
/// </summary>
internal sealed class Broker(SimulatedProcess network, NetworkConditions conditions, Trace trace, int reportsHeldMax)
{
    private readonly Dictionary<string, BrokerQueue> _queues = new(StringComparer.Ordinal);
    private readonly List<(BrokerMessage Message, Exception Reason)> _deadLetters = [];
    private long _subscriptions;

    /// <summary>Raised for every message when the broker accepts it.</summary>
    public event Action<BrokerMessage>? MessageAccepted;

    /// <summary>Raised for every message that a consumer receives.</summary>
    public event Action<SimulatedProcess, BrokerMessage>? MessageDelivered;

    /// <summary>May replace a message before its consumer receives it; for seeded bugs.</summary>
    public Func<SimulatedProcess, BrokerMessage, BrokerMessage> DeliveryInterceptor { get; set; } = (_, message) => message;

    /// <summary>Whether it neither accepts nor delivers messages.</summary>
    public bool IsDown { get; private set; }

    /// <summary>The dead-lettered messages, with the reason.</summary>
    public IReadOnlyList<(BrokerMessage Message, Exception Reason)> DeadLetters => _deadLetters;

    /// <summary>Takes it down; its messages are preserved.</summary>
    public void Fail()
    {
        IsDown = true;
        foreach (var queue in _queues.Values)
            foreach (var consumer in queue.Consumers)
                Disconnect(queue, consumer);
    }

    /// <summary>Brings it back.</summary>
    public void Restore()
    {
        IsDown = false;
        foreach (var queue in _queues.Values)
            network.Post(() => Dispatch(queue), conditions.Latency());
    }

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

    /// <summary>Connects a process's handlers to their queues.</summary>
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
        // The connection broke during delivery; the message has been requeued already.
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
            var isReplyOnly = failure is BusRequestException;
            trace.Add("broker", $"! {message.Type.Name} in {queue.Name} {(isReplyOnly ? "fails" : "is dead-lettered")}: {failure.GetType().Name}: {failure.Message}");
            if (!isReplyOnly)
                _deadLetters.Add((message, failure));
            message.Reply?.Invoke(null, failure.Message);
        }

        Dispatch(queue);
    }
}
