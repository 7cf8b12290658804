using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;
using Mesh.Hypervisor;
using Mesh.Scheduler.Fleets;

namespace Mesh.Scheduler.Checking;

/// <summary>What a host has left beside the migrations that are on their way to it.</summary>
internal static class CapacityFilter
{
    /// <summary>Checks vCPUs against the fleet's overcommit limit.</summary>
    public static void CheckVCpus(RefusalCollector refusals, FleetIndex fleet, IndexedHost host, VmDescription vm, MigrationId? except)
    {
        var logical = host.Inventory.Capacity.LogicalCpus;
        var allocated = fleet.AllocatedVCpus(host, except);
        var overcommit = fleet.Fleet.Limits.CpuOvercommit;

        // More vCPUs than there are logical CPUs is a reason of its own, with any limit.
        if (vm.VCpus <= logical && allocated + vm.VCpus > logical * overcommit)
            refusals.Add(RefusalCode.NotEnoughCpus,
                $"{host.Name} runs {allocated} vCPUs on {logical} logical CPUs, at most {overcommit:0.##} are allowed on each, and {vm.Name} has {vm.VCpus}");
    }

    /// <summary>Memory of a host that a VM cannot have, although it shows as free.</summary>
    public static ReservedMemory Reserved(FleetIndex fleet, IndexedHost host, VmDescription vm, MigrationId? except)
    {
        var demand = MemoryDemand.FromVm(vm);
        return new(
            fleet.Fleet.Limits.MemoryReserve,
            fleet.ReservedMemory(host, except),
            demand.HugePageSize is { } size ? ReservedHugePages(fleet, host, size, except) : Bytes.Zero,
            demand.OrdinaryNodes is { } nodes ? ReservedNumaMemory(fleet, host, nodes, except) : Bytes.Zero);
    }

    /// <summary>Huge pages of a size that are free on a host and not reserved for migrations; null if unknown, zero if it has none.</summary>
    public static Bytes? FreeHugePages(FleetIndex fleet, IndexedHost host, Bytes size, MigrationId? except) =>
        MemoryDemand.FreeHugePages(host.Inventory.Capacity, size) - ReservedHugePages(fleet, host, size, except);

    /// <summary>Memory that is free on some NUMA nodes of a host together and not reserved for migrations; null if unknown.</summary>
    public static Bytes? FreeNumaMemory(FleetIndex fleet, IndexedHost host, IReadOnlyCollection<int> nodes, MigrationId? except) =>
        MemoryDemand.FreeNumaMemory(host.Inventory.Capacity, nodes) - ReservedNumaMemory(fleet, host, nodes, except);

    private static Bytes ReservedHugePages(FleetIndex fleet, IndexedHost host, Bytes size, MigrationId? except)
    {
        var sum = Bytes.Zero;
        foreach (var reservation in fleet.Reservations(host))
            if (reservation.Migration.Id != except && reservation.Vm?.HugePageSize == size)
                sum += reservation.HugePages;
        return sum;
    }

    // It is unknown which of its nodes a VM will take memory from: all of it is reserved where it may be on one of them.
    private static Bytes ReservedNumaMemory(FleetIndex fleet, IndexedHost host, IReadOnlyCollection<int> nodes, MigrationId? except)
    {
        var sum = Bytes.Zero;
        foreach (var reservation in fleet.Reservations(host))
            if (reservation.Migration.Id != except && reservation.Vm?.NumaNodes is { } others && others.Any(nodes.Contains))
                sum += reservation.Memory;
        return sum;
    }
}
