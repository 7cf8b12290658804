using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;
using Mesh.Scheduler.Checking;
using Mesh.Scheduler.Fleets;
using Mesh.Scheduler.Predicting;

namespace Mesh.Scheduler.Batch;

/// <summary>What hosts have free and machines take, as numbers: ordinary memory, virtual processors, and huge pages of each size that is asked for.</summary>
internal sealed class FleetRoom
{
    private readonly FleetIndex _fleet;
    private readonly Bytes[] _pageSizes;

    public FleetRoom(FleetIndex fleet, IReadOnlyList<LocatedVm> vms)
    {
        _fleet = fleet;
        _pageSizes = [.. vms.Select(vm => vm.Vm.HugePageSize).OfType<Bytes>().Distinct().Order()];
    }

    /// <summary>What a machine takes.</summary>
    public IReadOnlyList<long> Demands(VmDescription vm) =>
    [
        vm.HugePageSize is null ? vm.Memory.Count : 0,
        vm.VCpus,
        .. _pageSizes.Select(size => vm.HugePageSize == size ? vm.Memory.Count : 0),
    ];

    /// <summary>What a host has left beside machines that were placed there before. What it does not say of itself is no limit.</summary>
    public BatchHost Of(IndexedHost host, IReadOnlyList<PlacedVm> before)
    {
        var limits = _fleet.Fleet.Limits;
        var free = new List<long>
        {
            _fleet.MemoryLeft(host).Count,
            (long)(host.Inventory.Capacity.LogicalCpus * limits.CpuOvercommit) - _fleet.VCpus(host),
        };
        free.AddRange(_pageSizes.Select(size => CapacityRules.HugePagesLeft(_fleet, host, size, null)?.Count ?? long.MaxValue / 2));
        foreach (var placed in before.Where(placed => placed.To == host.Name))
            foreach (var (demand, resource) in Demands(placed.Vm.Vm).Select((demand, resource) => (demand, resource)))
                free[resource] -= demand;
        return new(free, Links.Usable(host.Inventory.Capacity, limits).Count);
    }
}
