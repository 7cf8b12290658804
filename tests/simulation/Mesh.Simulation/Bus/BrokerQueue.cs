using Mesh.Hosting.Bus;

namespace Mesh.Simulation.Bus;

/// <summary>A queue of the broker; it and its messages outlive every process.</summary>
internal sealed class BrokerQueue(string name, int boundMax)
{
    private readonly LinkedList<BrokerMessage> _ready = new();

    public string Name { get; } = name;

    /// <summary>Whether a consumer has declared it; until then, offers are dropped.</summary>
    public bool IsDeclared { get; set; }

    /// <summary>Its ordering and overflow behaviour.</summary>
    public QueueTraits Traits { get; set; }

    public List<Consumer> Consumers { get; } = [];

    /// <summary>Number of messages that are ready for delivery.</summary>
    public int Count => _ready.Count;

    /// <summary>Appends a message; a full bounded queue drops its oldest one.</summary>
    public void Enqueue(BrokerMessage message)
    {
        _ready.AddLast(message);
        if (Traits.HasFlag(QueueTraits.DropOldest) && _ready.Count > boundMax)
            _ready.RemoveFirst();
    }

    /// <summary>Returns unacknowledged messages to the front.</summary>
    public void Requeue(IEnumerable<BrokerMessage> messages)
    {
        foreach (var message in messages.Reverse())
            _ready.AddFirst(message);
    }

    /// <summary>Takes the next message, or one of the next few if the queue does not guarantee an order.</summary>
    public BrokerMessage Dequeue(NetworkConditions conditions)
    {
        var node = _ready.First!;
        if (!Traits.HasFlag(QueueTraits.Ordered) && conditions.IsDegraded)
            for (var skip = conditions.NextInt(Math.Min(4, _ready.Count)); skip > 0; skip--)
                node = node.Next!;
        _ready.Remove(node);
        return node.Value;
    }
}
