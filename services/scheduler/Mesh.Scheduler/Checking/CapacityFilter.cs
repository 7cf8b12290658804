using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;
using Mesh.Scheduler.Fleets;

namespace Mesh.Scheduler.Checking;

/// <summary>Whether memory and processors are free on a host, with what unfinished migrations will still take of them.</summary>
internal static class CapacityFilter
{
    public static void Check(RefusalCollector refusals, FleetIndex fleet, IndexedHost host, VmDescription vm, MigrationId? except)
    {
        if (vm.HugePageSize is { } size)
            CheckHugePages(refusals, fleet, host, vm, size, except);
        else if (fleet.FreeMemory(host, except) < vm.Memory)
            refusals.Add(RefusalCode.NotEnoughMemory,
                $"{host.Name} has {host.Inventory.Capacity.FreeMemory} of memory free{DescribeReserved(fleet, host, except)}, and {vm.Name} needs {vm.Memory}");
        if (vm.NumaNodes is { Count: > 0 } nodes && host.Inventory.Capacity.NumaCells is { } cells)
            CheckNumaNodes(refusals, fleet, host, vm, nodes, cells, except);
        CheckVCpus(refusals, fleet, host, vm, except);
    }

    /// <summary>
    /// Memory in huge pages of a size that are free on a host and not kept for migrations on their way; null if unknown, zero if it has none.
    /// </summary>
    public static Bytes? FreeHugePages(FleetIndex fleet, IndexedHost host, Bytes size, MigrationId? except)
    {
        if (host.Inventory.Capacity.HugePages is not { } pools)
            return null;
        var free = 0L;
        foreach (var pool in pools)
            if (pool.PageSize == size)
                free += pool.Free * size.Count;
        foreach (var reservation in fleet.Reservations(host))
            if (reservation.Migration.Id != except && reservation.Vm?.HugePageSize == size)
                free -= reservation.HugePages.Count;
        return new(free);
    }

    /// <summary>
    /// Memory that is free on some NUMA nodes of a host and not kept for migrations on their way; null if unknown. Of a migration whose machine
    /// may be on one of the nodes it is not known how much will be there: all of it is kept.
    /// </summary>
    public static Bytes? FreeNumaMemory(FleetIndex fleet, IndexedHost host, IReadOnlyCollection<int> nodes, MigrationId? except)
    {
        if (host.Inventory.Capacity.NumaCells is not { Count: > 0 } cells)
            return null;
        var free = Bytes.Zero;
        foreach (var node in nodes)
            free += FindNumaCell(cells, node)?.FreeMemory ?? Bytes.Zero;
        foreach (var reservation in fleet.Reservations(host))
            if (reservation.Migration.Id != except && reservation.Vm?.NumaNodes is { } others && others.Any(nodes.Contains))
                free -= reservation.Memory;
        return free;
    }

    private static void CheckHugePages(RefusalCollector refusals, FleetIndex fleet, IndexedHost host, VmDescription vm, Bytes size, MigrationId? except)
    {
        if (FreeHugePages(fleet, host, size, except) is { } left && left < vm.Memory)
            refusals.Add(RefusalCode.NumaOrHugePages,
                $"{host.Name} has {ClampToZero(left)} of huge pages of {size} left, and {vm.Name} needs {vm.Memory} of them; set more aside on {host.Name}");
    }

    private static void CheckNumaNodes(
        RefusalCollector refusals,
        FleetIndex fleet,
        IndexedHost host,
        VmDescription vm,
        IReadOnlyList<int> nodes,
        IReadOnlyList<NumaCell> cells,
        MigrationId? except)
    {
        foreach (var node in nodes)
        {
            if (FindNumaCell(cells, node) is null)
            {
                refusals.Add(RefusalCode.NumaOrHugePages,
                    $"{host.Name} has no NUMA node {node}, and the memory of {vm.Name} must be on it (numatune, mode strict)");
                return;
            }
        }

        if (vm.HugePageSize is null && FreeNumaMemory(fleet, host, nodes, except) is { } left && left < vm.Memory)
            refusals.Add(RefusalCode.NumaOrHugePages,
                $"{host.Name} has {ClampToZero(left)} left on NUMA nodes {string.Join(", ", nodes)}, "
                + $"and {vm.Name} needs {vm.Memory} just there (numatune, mode strict)");
    }

    private static NumaCell? FindNumaCell(IReadOnlyList<NumaCell> cells, int node)
    {
        foreach (var cell in cells)
            if (cell.Id == node)
                return cell;
        return null;
    }

    private static void CheckVCpus(RefusalCollector refusals, FleetIndex fleet, IndexedHost host, VmDescription vm, MigrationId? except)
    {
        var logical = host.Inventory.Capacity.LogicalCpus;
        var taken = fleet.AllocatedVCpus(host, except);
        var overcommit = fleet.Fleet.Limits.CpuOvercommit;

        // More than there are processors is said already, by the rules that look at host and machine alone.
        if (vm.VCpus <= logical && taken + vm.VCpus > logical * overcommit)
            refusals.Add(RefusalCode.NotEnoughCpus,
                $"{host.Name} runs {taken} virtual processors on {logical} logical ones and may run {overcommit:0.##} for each, and {vm.Name} has {vm.VCpus}");
    }

    private static string DescribeReserved(FleetIndex fleet, IndexedHost host, MigrationId? except)
    {
        var reserved = fleet.ReservedMemory(host, except);
        var reserve = fleet.Fleet.Limits.MemoryReserve;
        return (reserved.Count > 0, reserve.Count > 0) switch
        {
            (true, true) => $", of which {reserved} is kept for migrations on their way and {reserve} for the host itself",
            (true, false) => $", of which {reserved} is kept for migrations on their way",
            (false, true) => $", of which {reserve} is kept for the host itself",
            (false, false) => "",
        };
    }

    private static Bytes ClampToZero(Bytes amount) => amount < Bytes.Zero ? Bytes.Zero : amount;
}
