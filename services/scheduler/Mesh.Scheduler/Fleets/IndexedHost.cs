using Mesh.Contracts.Hosts;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Scheduler.Fleets;

/// <summary>A host, with its inventory indexed.</summary>
public sealed class IndexedHost
{
    private readonly Dictionary<VmId, VmDescription> _byId = [];
    private readonly Dictionary<string, VmDescription> _byName = new(StringComparer.Ordinal);

    internal IndexedHost(FleetHost host, int number)
    {
        Host = host;
        Index = number;
        var inventory = host.Inventory;
        Labels = new Dictionary<string, string>(inventory.Labels ?? new Dictionary<string, string>(), StringComparer.Ordinal)
        {
            ["host"] = inventory.Host.Value,
        };
        MachineTypes = ToSet(inventory.Hypervisor.MachineTypes);
        CpuModels = ToSet(inventory.Capacity.CpuModels);
        CpuFeatures = ToSet(inventory.Capacity.CpuFeatures);
        Networks = ToSet(inventory.Networks);
        HypervisorVersion = LooseVersion.Parse(inventory.Hypervisor.Version);
        LibvirtVersion = LooseVersion.Parse(inventory.Hypervisor.LibvirtVersion);
        if (Uri.TryCreate(inventory.MigrationTarget, UriKind.Absolute, out var target) && target.Host.Length > 0)
        {
            Address = target.Authority;
            IsLoopback = target.IsLoopback;
        }

        foreach (var vm in inventory.Vms)
        {
            _byId.TryAdd(vm.Id, vm);
            if (!_byName.TryGetValue(vm.Name, out var same) || same.Status == VmStatus.Down)
                _byName[vm.Name] = vm;
            if (vm.Status != VmStatus.Down)
                RunningVCpus += vm.VCpus;
        }
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

    /// <summary>Its position in the fleet; -1 for a host outside one.</summary>
    internal int Index { get; }

    /// <summary>Supported machine types; null if unknown.</summary>
    internal HashSet<string>? MachineTypes { get; }

    /// <summary>Supported CPU models; null if unknown.</summary>
    internal HashSet<string>? CpuModels { get; }

    /// <summary>CPU features; null if unknown.</summary>
    internal HashSet<string>? CpuFeatures { get; }

    /// <summary>Bridges and networks; null if unknown.</summary>
    internal HashSet<string>? Networks { get; }

    /// <summary>The hypervisor's version; null if unknown.</summary>
    internal LooseVersion? HypervisorVersion { get; }

    /// <summary>libvirt's version; null if unknown.</summary>
    internal LooseVersion? LibvirtVersion { get; }

    /// <summary>Host and port of its migration URI; null if that is no URI with a host.</summary>
    internal string? Address { get; }

    /// <summary>Whether that address is a loopback address.</summary>
    internal bool IsLoopback { get; }

    /// <summary>The VM with that ID on this host, running or not; null if there is none.</summary>
    internal VmDescription? FindVm(VmId vm) => _byId.GetValueOrDefault(vm);

    /// <summary>The VM with that name on this host, the running one first; null if there is none.</summary>
    internal VmDescription? FindVm(string name) => _byName.GetValueOrDefault(name);

    private static HashSet<string>? ToSet(IReadOnlyList<string>? names) => names is null ? null : new(names, StringComparer.Ordinal);
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
