using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;

namespace Mesh.Scheduler.Fleets;

/// <summary>The hosts of a fleet by name. Of a host that is named twice, the first counts.</summary>
internal sealed class HostIndex
{
    private readonly Dictionary<HostName, IndexedHost> _byName = [];

    public HostIndex(IReadOnlyList<FleetHost> hosts)
    {
        var all = new List<IndexedHost>(hosts.Count);
        foreach (var host in hosts)
        {
            var indexed = new IndexedHost(host, all.Count);
            if (_byName.TryAdd(indexed.Name, indexed))
                all.Add(indexed);
        }

        All = all;
    }

    public IReadOnlyList<IndexedHost> All { get; }

    public IndexedHost? Find(HostName host) => _byName.GetValueOrDefault(host);
}
