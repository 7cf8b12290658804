using Mesh.Hosting.Bus;

namespace Mesh.Simulation.Bus;

/// <summary>A queue of the broker; it and what lies in it outlive every process.</summary>
internal sealed class BrokerQueue(string name, int boundMax)
{
    private readonly LinkedList<BrokerMessage> _ready = new();

    /// <summary>Its name.</summary>
    public string Name { get; } = name;

    /// <summary>Whether a consumer has made it; before that, offers are dropped.</summary>
    public bool IsMade { get; set; }

    /// <summary>How it treats what lies in it.</summary>
    public QueueTraits Traits { get; set; }

    /// <summary>Who reads it.</summary>
    public List<Consumer> Consumers { get; } = [];

    /// <summary>How much waits in it.</summary>
    public int Count => _ready.Count;

    /// <summary>Puts a message at the end; the oldest makes room in a bounded queue.</summary>
    public void Put(BrokerMessage message)
    {
        _ready.AddLast(message);
        if (Traits.HasFlag(QueueTraits.NewestCounts) && _ready.Count > boundMax)
            _ready.RemoveFirst();
    }

    /// <summary>Puts messages back in front that were taken and not acknowledged.</summary>
    public void Return(IEnumerable<BrokerMessage> messages)
    {
        foreach (var message in messages.Reverse())
            _ready.AddFirst(message);
    }

    /// <summary>Takes the next message, or where order is not promised one of the next few.</summary>
    public BrokerMessage Take(Weather weather)
    {
        var node = _ready.First!;
        if (!Traits.HasFlag(QueueTraits.Ordered) && weather.IsStormy)
            for (var skip = weather.Below(Math.Min(4, _ready.Count)); skip > 0; skip--)
                node = node.Next!;
        _ready.Remove(node);
        return node.Value;
    }
}
