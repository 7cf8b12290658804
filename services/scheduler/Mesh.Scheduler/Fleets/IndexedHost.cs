using Mesh.Contracts.Hosts;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Scheduler.Fleets;

/// <summary>A host, with what is asked of it again and again ready at hand.</summary>
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

    /// <summary>The host as the fleet has it.</summary>
    public FleetHost Host { get; }

    /// <summary>Its name.</summary>
    public HostName Name => Host.Inventory.Host;

    /// <summary>What its agent last said of it.</summary>
    public HostInventory Inventory => Host.Inventory;

    /// <summary>Its labels, with <c>host</c> for its own name.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; }

    /// <summary>Virtual processors of all machines there that run, are paused, or arrive.</summary>
    public int RunningVCpus { get; }

    /// <summary>Whether it is heard of as it should be, and its hypervisor too.</summary>
    public bool IsUp => Host is { Health: HostHealth.Healthy, HypervisorReachable: true };

    /// <summary>Its place in the fleet; -1 for a host that is looked at alone.</summary>
    internal int Index { get; }

    /// <summary>Machine types that it can run; null if unknown.</summary>
    internal HashSet<string>? MachineTypes { get; }

    /// <summary>Processor models that a machine may be given there; null if unknown.</summary>
    internal HashSet<string>? CpuModels { get; }

    /// <summary>Features of its processors; null if unknown.</summary>
    internal HashSet<string>? CpuFeatures { get; }

    /// <summary>Bridges and networks; null if unknown.</summary>
    internal HashSet<string>? Networks { get; }

    /// <summary>The hypervisor's version; null if unknown.</summary>
    internal LooseVersion? HypervisorVersion { get; }

    /// <summary>libvirt's version; null if unknown.</summary>
    internal LooseVersion? LibvirtVersion { get; }

    /// <summary>Host and port by which another host's libvirt reaches it; null if that is no URI with a host.</summary>
    internal string? Address { get; }

    /// <summary>Whether that address leads whoever uses it back to itself.</summary>
    internal bool IsLoopback { get; }

    /// <summary>The machine of that identity there, running or not; null if it knows none.</summary>
    internal VmDescription? FindVm(VmId vm) => _byId.GetValueOrDefault(vm);

    /// <summary>The machine of that name there, the running one first; null if it knows none.</summary>
    internal VmDescription? FindVm(string name) => _byName.GetValueOrDefault(name);

    private static HashSet<string>? ToSet(IReadOnlyList<string>? names) => names is null ? null : new(names, StringComparer.Ordinal);
}
