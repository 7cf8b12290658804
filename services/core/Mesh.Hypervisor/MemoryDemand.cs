using System.Runtime.InteropServices;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Hypervisor;

/// <summary>
/// What memory a VM needs of a host: ordinary memory, on any NUMA node or on some only, or huge pages of one size, which QEMU takes from
/// their own pool.
/// </summary>
/// <param name="Ordinary">Ordinary memory.</param>
/// <param name="HugePages">Memory in huge pages.</param>
/// <param name="HugePageSize">The size of those pages; null if it uses none.</param>
/// <param name="NumaNodes">NUMA nodes that the memory must be on (<c>numatune</c>, mode <c>strict</c>); empty for any.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct MemoryDemand(Bytes Ordinary, Bytes HugePages, Bytes? HugePageSize, IReadOnlyList<int> NumaNodes)
{
    /// <summary>The NUMA nodes that ordinary memory must be on; null if it may be on any. Huge pages are not counted by node.</summary>
    public IReadOnlyList<int>? OrdinaryNodes => HugePageSize is null && NumaNodes.Count > 0 ? NumaNodes : null;

    /// <summary>What a VM needs.</summary>
    public static MemoryDemand FromVm(VmDescription vm)
    {
        ArgumentNullException.ThrowIfNull(vm);
        return vm.HugePageSize is { } size
            ? new(Bytes.Zero, vm.Memory, size, vm.NumaNodes ?? [])
            : new(vm.Memory, Bytes.Zero, null, vm.NumaNodes ?? []);
    }

    /// <summary>Free huge pages of a size on a host; null if unknown, zero if it has none of that size.</summary>
    public static Bytes? FreeHugePages(HostCapacity capacity, Bytes size)
    {
        ArgumentNullException.ThrowIfNull(capacity);
        if (capacity.HugePages is not { } pools)
            return null;
        var free = 0L;
        foreach (var pool in pools)
            if (pool.PageSize == size)
                free += pool.Free * size.Count;
        return new(free);
    }

    /// <summary>Free memory on some NUMA nodes of a host together; null if unknown. Nodes that it does not have count as full.</summary>
    public static Bytes? FreeNumaMemory(HostCapacity capacity, IReadOnlyCollection<int> nodes)
    {
        ArgumentNullException.ThrowIfNull(capacity);
        ArgumentNullException.ThrowIfNull(nodes);
        if (capacity.NumaCells is not { Count: > 0 } cells)
            return null;
        var free = Bytes.Zero;
        foreach (var node in nodes)
            free += FindNumaCell(cells, node)?.FreeMemory ?? Bytes.Zero;
        return free;
    }

    internal void Check(RefusalCollector refusals, HostCapabilities host, VmDescription vm, ReservedMemory reserved)
    {
        var capacity = host.Capacity;
        if (HugePageSize is { } size)
        {
            if (FreeHugePages(capacity, size) is { } free && free - reserved.HugePages is var left && left < HugePages)
                refusals.Add(RefusalCode.NumaOrHugePages,
                    $"{host.Name} has {ClampToZero(left)} of {size} huge pages available, and {vm.Name} needs {HugePages}; allocate more on {host.Name}");
        }
        else if (capacity.FreeMemory - reserved.ForHost - reserved.ForMigrations < Ordinary)
        {
            refusals.Add(RefusalCode.NotEnoughMemory,
                $"{host.Name} has {capacity.FreeMemory} of memory free{Describe(reserved)}, and {vm.Name} needs {Ordinary}");
        }

        if (NumaNodes.Count > 0 && capacity.NumaCells is { } cells)
            CheckNumaNodes(refusals, host, vm, cells, reserved);
    }

    private void CheckNumaNodes(RefusalCollector refusals, HostCapabilities host, VmDescription vm, IReadOnlyList<NumaCell> cells, ReservedMemory reserved)
    {
        foreach (var node in NumaNodes)
        {
            if (FindNumaCell(cells, node) is null)
            {
                refusals.Add(RefusalCode.NumaOrHugePages,
                    $"{host.Name} has no NUMA node {node}, and the memory of {vm.Name} is bound to it (numatune, mode strict)");
                return;
            }
        }

        if (OrdinaryNodes is { } nodes && FreeNumaMemory(host.Capacity, nodes) is { } free && free - reserved.NumaMemory is var left && left < Ordinary)
            refusals.Add(RefusalCode.NumaOrHugePages,
                $"{host.Name} has {ClampToZero(left)} available on NUMA nodes {string.Join(", ", nodes)}, "
                + $"and {vm.Name} needs {Ordinary} there (numatune, mode strict)");
    }

    private static string Describe(ReservedMemory reserved) => (reserved.ForMigrations.Count > 0, reserved.ForHost.Count > 0) switch
    {
        (true, true) => $", of which {reserved.ForMigrations} is reserved for incoming migrations and {reserved.ForHost} for the host",
        (true, false) => $", of which {reserved.ForMigrations} is reserved for incoming migrations",
        (false, true) => $", of which {reserved.ForHost} is reserved for the host",
        (false, false) => "",
    };

    private static NumaCell? FindNumaCell(IReadOnlyList<NumaCell> cells, int node)
    {
        foreach (var cell in cells)
            if (cell.Id == node)
                return cell;
        return null;
    }

    private static Bytes ClampToZero(Bytes amount) => amount < Bytes.Zero ? Bytes.Zero : amount;
}

/// <summary>Memory of a host that shows as free and that a further VM cannot have.</summary>
/// <param name="ForHost">Ordinary memory that must stay free.</param>
/// <param name="ForMigrations">Ordinary memory that migrations on their way will take.</param>
/// <param name="HugePages">The same of huge pages of the VM's size.</param>
/// <param name="NumaMemory">The same of the NUMA nodes that the VM is bound to.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ReservedMemory(Bytes ForHost, Bytes ForMigrations = default, Bytes HugePages = default, Bytes NumaMemory = default);
