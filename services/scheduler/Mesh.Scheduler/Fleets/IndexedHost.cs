using Mesh.Contracts.Hosts;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;
using Mesh.Hypervisor;

namespace Mesh.Scheduler.Fleets;

/// <summary>A host, with its inventory indexed.</summary>
public sealed class IndexedHost
{
    internal IndexedHost(FleetHost host, int number)
    {
        Host = host;
        Index = number;
        var inventory = host.Inventory;
        Labels = new Dictionary<string, string>(inventory.Labels ?? new Dictionary<string, string>(), StringComparer.Ordinal)
        {
            [LabelLimits.HostKey] = inventory.Host.Value,
        };
        Capabilities = new(inventory);
        Networks = inventory.Networks is { } networks ? new(networks, StringComparer.Ordinal) : null;
        foreach (var vm in inventory.Vms)
            if (vm.Status != VmStatus.Down)
                RunningVCpus += vm.VCpus;
    }

    /// <summary>The host in the fleet.</summary>
    public FleetHost Host { get; }

    /// <summary>Its name.</summary>
    public HostName Name => Host.Inventory.Host;

    /// <summary>The last inventory that its agent reported.</summary>
    public HostInventory Inventory => Host.Inventory;

    /// <summary>Its labels, with <c>host</c> for its own name.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; }

    /// <summary>vCPUs of its running, paused and incoming VMs.</summary>
    public int RunningVCpus { get; }

    /// <summary>Whether it is healthy and its hypervisor reachable.</summary>
    public bool IsUp => Host is { Health: HostHealth.Healthy, HypervisorReachable: true };

    /// <summary>Its position in the fleet.</summary>
    internal int Index { get; }

    /// <summary>What decides whether it can take a VM.</summary>
    internal HostCapabilities Capabilities { get; }

    /// <summary>Bridges and networks; null if unknown.</summary>
    internal HashSet<string>? Networks { get; }
}

/// <summary>The hosts of a fleet by name. Of duplicates, the first counts.</summary>
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
