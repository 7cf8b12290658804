using System.Runtime.InteropServices;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Hypervisor;

/// <summary>A host as the rules of eligibility read it. Built once for each inventory, because a scheduler reads it for each VM.</summary>
public sealed class HostCapabilities
{
    private readonly Dictionary<VmId, PresentVm> _byId = [];
    private readonly Dictionary<string, PresentVm> _byName = new(StringComparer.Ordinal);

    /// <summary>A host by what its agent has reported.</summary>
    public HostCapabilities(HostInventory inventory)
        : this(
            (inventory ?? throw new ArgumentNullException(nameof(inventory))).Host, inventory.Capacity, inventory.Hypervisor,
            inventory.Vms.Select(vm => new PresentVm(vm.Id, vm.Name, vm.Status)))
    {
        MigrationTarget = inventory.MigrationTarget;
        Storage = inventory.Storage;
        if (Uri.TryCreate(inventory.MigrationTarget, UriKind.Absolute, out var target) && target.Host.Length > 0)
        {
            Address = target.Authority;
            IsLoopback = target.IsLoopback;
        }
    }

    /// <summary>A host by what is known of it on the host itself: its address and its storage are left open.</summary>
    /// <param name="name">The host.</param>
    /// <param name="capacity">Processors and memory.</param>
    /// <param name="hypervisor">What runs its VMs.</param>
    /// <param name="vms">Every VM that the hypervisor knows, running or not.</param>
    public HostCapabilities(HostName name, HostCapacity capacity, HypervisorInfo hypervisor, IEnumerable<PresentVm> vms)
    {
        ArgumentNullException.ThrowIfNull(capacity);
        ArgumentNullException.ThrowIfNull(hypervisor);
        ArgumentNullException.ThrowIfNull(vms);
        (Name, Capacity, Hypervisor) = (name, capacity, hypervisor);
        MachineTypes = ToSet(hypervisor.MachineTypes);
        CpuModels = ToSet(capacity.CpuModels);
        CpuFeatures = ToSet(capacity.CpuFeatures);
        HypervisorVersion = HypervisorVersion.Parse(hypervisor.Version);
        LibvirtVersion = HypervisorVersion.Parse(hypervisor.LibvirtVersion);
        foreach (var vm in vms)
        {
            _byId.TryAdd(vm.Id, vm);
            if (!_byName.TryGetValue(vm.Name, out var same) || same.Status == VmStatus.Down)
                _byName[vm.Name] = vm;
        }
    }

    /// <summary>The host.</summary>
    public HostName Name { get; }

    /// <summary>Processors and memory.</summary>
    public HostCapacity Capacity { get; }

    /// <summary>What runs its VMs.</summary>
    public HypervisorInfo Hypervisor { get; }

    /// <summary>Machine types that it supports; null if unknown.</summary>
    public IReadOnlySet<string>? MachineTypes { get; }

    /// <summary>CPU models that it supports; null if unknown.</summary>
    public IReadOnlySet<string>? CpuModels { get; }

    /// <summary>Features of its CPUs; null if unknown.</summary>
    public IReadOnlySet<string>? CpuFeatures { get; }

    /// <summary>The hypervisor's version; null if unknown.</summary>
    public HypervisorVersion? HypervisorVersion { get; }

    /// <summary>libvirt's version; null if unknown.</summary>
    public HypervisorVersion? LibvirtVersion { get; }

    /// <summary>The URI by which other hosts reach its libvirt; empty if unknown.</summary>
    public string MigrationTarget { get; } = "";

    /// <summary>Host and port of that URI; null if it has none.</summary>
    public string? Address { get; }

    /// <summary>Whether that address is a loopback address, which leads any host back to itself.</summary>
    public bool IsLoopback { get; }

    /// <summary>Storage that it reaches; null if unknown.</summary>
    public IReadOnlyList<HostStorage>? Storage { get; }

    /// <summary>The VM of that identity there, running or not; null if there is none.</summary>
    public PresentVm? FindVm(VmId vm) => _byId.TryGetValue(vm, out var present) ? present : null;

    /// <summary>The VM of that name there, the running one first; null if there is none.</summary>
    public PresentVm? FindVm(string name) => _byName.TryGetValue(name, out var present) ? present : null;

    private static HashSet<string>? ToSet(IReadOnlyList<string>? names) => names is null ? null : new(names, StringComparer.Ordinal);
}

/// <summary>A VM that a host knows.</summary>
/// <param name="Id">The VM.</param>
/// <param name="Name">Its name.</param>
/// <param name="Status">Its status there.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct PresentVm(VmId Id, string Name, VmStatus Status);
