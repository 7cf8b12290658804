using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;
using Mesh.Hypervisor;
using Mesh.Scheduler.Checking;
using Mesh.Scheduler.Fleets;
using Mesh.Scheduler.Predicting;

namespace Mesh.Scheduler.Batch;

/// <summary>
/// The free resources of hosts and the demands of VMs as vectors: ordinary memory, vCPUs, huge pages of each page size in use, and memory on
/// each set of NUMA nodes that VMs are bound to, and on the unions of these sets: VMs fit if the memory bound to any of these sets is not
/// more than is free there (Hall's condition).
/// </summary>
internal sealed class FleetResources
{
    // More would make the search slow. Sets beyond that are not checked here but when the VM is admitted.
    private const int NodeSetsMax = 64;

    private const long Unlimited = long.MaxValue / 2;

    private readonly FleetIndex _fleet;
    private readonly Bytes[] _pageSizes;
    private readonly IReadOnlySet<int>[] _nodeSets;

    public FleetResources(FleetIndex fleet, IReadOnlyList<LocatedVm> vms)
    {
        _fleet = fleet;
        _pageSizes = [.. vms.Select(vm => vm.Vm.HugePageSize).OfType<Bytes>().Distinct().Order()];
        _nodeSets = WithUnions(vms.Select(vm => MemoryDemand.FromVm(vm.Vm).OrdinaryNodes).OfType<IReadOnlyList<int>>());
    }

    /// <summary>The demands of a VM.</summary>
    public IReadOnlyList<long> Demands(VmDescription vm) =>
    [
        MemoryDemand.FromVm(vm).Ordinary.Count,
        vm.VCpus,
        .. _pageSizes.Select(size => MemoryDemand.FromVm(vm) is { HugePageSize: var own, HugePages: var pages } && own == size ? pages.Count : 0),
        .. _nodeSets.Select(set => MemoryDemand.FromVm(vm).OrdinaryNodes is { } nodes && nodes.All(set.Contains) ? vm.Memory.Count : 0),
    ];

    /// <summary>A host's free resources beside VMs that were placed there before. Resources that it does not report are unlimited.</summary>
    public BatchHost CreateHost(IndexedHost host, IReadOnlyList<PlacedVm> before)
    {
        var limits = _fleet.Fleet.Limits;
        var free = new List<long>
        {
            _fleet.FreeMemory(host).Count,
            (long)(host.Inventory.Capacity.LogicalCpus * limits.CpuOvercommit) - _fleet.AllocatedVCpus(host),
        };
        free.AddRange(_pageSizes.Select(size => CapacityFilter.FreeHugePages(_fleet, host, size, null)?.Count ?? Unlimited));
        free.AddRange(_nodeSets.Select(set => CapacityFilter.FreeNumaMemory(_fleet, host, set, null)?.Count ?? Unlimited));
        foreach (var placed in before.Where(placed => placed.To == host.Name))
            foreach (var (demand, resource) in Demands(placed.Vm.Vm).Select((demand, resource) => (demand, resource)))
                free[resource] -= demand;
        return new(free, LinkCapacity.Usable(host.Inventory.Capacity, limits).Count);
    }

    private static IReadOnlySet<int>[] WithUnions(IEnumerable<IReadOnlyList<int>> bounds)
    {
        var sets = bounds.Select(nodes => nodes.ToHashSet()).ToHashSet(HashSet<int>.CreateSetComparer());
        foreach (var set in sets.ToArray())
            foreach (var union in sets.Select(other => other.Union(set).ToHashSet()).ToArray())
                if (sets.Count < NodeSetsMax)
                    sets.Add(union);
        return [.. sets];
    }
}
