using Mesh.Hosting.Bus;

namespace Mesh.Simulation.Bus;

/// <summary>A queue of the broker; it and what lies in it outlive every process.</summary>
internal sealed class BrokerQueue(string name, int boundMax)
{
    private readonly LinkedList<BrokerMessage> _ready = new();

    /// <summary>Its name.</summary>
    public string Name { get; } = name;

    /// <summary>Whether a consumer has made it; before that, offers are dropped.</summary>
    public bool IsDeclared { get; set; }

    /// <summary>How it treats what lies in it.</summary>
    public QueueTraits Traits { get; set; }

    /// <summary>Who reads it.</summary>
    public List<Consumer> Consumers { get; } = [];

    /// <summary>How much waits in it.</summary>
    public int Count => _ready.Count;

    /// <summary>Puts a message at the end; the oldest makes room in a bounded queue.</summary>
    public void Enqueue(BrokerMessage message)
    {
        _ready.AddLast(message);
        if (Traits.HasFlag(QueueTraits.DropOldest) && _ready.Count > boundMax)
            _ready.RemoveFirst();
    }

    /// <summary>Puts messages back in front that were taken and not acknowledged.</summary>
    public void Requeue(IEnumerable<BrokerMessage> messages)
    {
        foreach (var message in messages.Reverse())
            _ready.AddFirst(message);
    }

    /// <summary>Takes the next message, or where order is not promised one of the next few.</summary>
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
