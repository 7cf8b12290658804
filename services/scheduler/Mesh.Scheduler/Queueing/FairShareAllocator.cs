using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;

namespace Mesh.Scheduler.Queueing;

/// <summary>A migration's data on its way over links.</summary>
/// <param name="migration">The migration.</param>
/// <param name="limit">The most that it takes, in bytes per second.</param>
internal sealed class LinkFlow(MigrationView migration, double limit)
{
    public MigrationView Migration { get; } = migration;

    public double Limit { get; } = limit;

    /// <summary>The links of known capacity that it goes over.</summary>
    public List<SharedLink> Links { get; } = [];

    /// <summary>What it gets, in bytes per second.</summary>
    public double Rate { get; private set; }

    /// <summary>It rises no more.</summary>
    public void Freeze(double rate)
    {
        Rate = rate;
        foreach (var link in Links)
            (link.Remaining, link.ActiveFlows) = (Math.Max(0, link.Remaining - rate), link.ActiveFlows - 1);
    }
}

/// <summary>One direction of a host's link.</summary>
/// <param name="capacity">What migrations may take of it together, in bytes per second.</param>
internal sealed class SharedLink(double capacity)
{
    /// <summary>What those that have stopped have left of it.</summary>
    public double Remaining { get; set; } = capacity;

    /// <summary>How many have not stopped.</summary>
    public int ActiveFlows { get; set; }

    /// <summary>What each of those could have of it.</summary>
    public double FairShare => Remaining / ActiveFlows;
}

/// <summary>Flows over links, and what max-min fairness gives to each.</summary>
internal sealed class FairShareAllocator
{
    private readonly Dictionary<(HostName Host, bool IsOutbound), SharedLink> _links = [];
    private readonly List<LinkFlow> _flows = [];

    /// <summary>Adds a flow with the links of both its hosts; a capacity is null where it is unknown, and bounds nothing.</summary>
    public void Add(LinkFlow flow, (HostName? Host, BytesPerSecond? Capacity) source, (HostName? Host, BytesPerSecond? Capacity) destination)
    {
        _flows.Add(flow);
        AddLink(flow, source.Host, source.Capacity, isOutbound: true);
        AddLink(flow, destination.Host, destination.Capacity, isOutbound: false);
    }

    /// <summary>Lets all flows rise together; those that reach their own limit or the end of a link stay where they are.</summary>
    public IReadOnlyList<LinkFlow> Allocate()
    {
        var rising = _flows.ToList();
        while (rising.Count > 0)
        {
            var level = _links.Values.Where(link => link.ActiveFlows > 0).Select(link => link.FairShare).DefaultIfEmpty(double.MaxValue).Min();
            level = Math.Min(level, rising.Min(flow => flow.Limit));
            List<LinkFlow> stopped = [.. rising.Where(flow => flow.Limit <= level || flow.Links.Exists(link => link.FairShare <= level))];
            foreach (var flow in stopped)
                flow.Freeze(level);
            rising = [.. rising.Except(stopped)];
        }

        return _flows;
    }

    private void AddLink(LinkFlow flow, HostName? host, BytesPerSecond? capacity, bool isOutbound)
    {
        if (host is not { } name || capacity is not { } usable)
            return;
        if (!_links.TryGetValue((name, isOutbound), out var link))
            _links[(name, isOutbound)] = link = new(usable.Count);
        link.ActiveFlows++;
        flow.Links.Add(link);
    }
}
