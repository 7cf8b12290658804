using Mesh.Agent.Libvirt.Xml;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Libvirt.Adapter;

/// <summary>A host's NUMA nodes, huge pages, active networks and active storage pools; null for what its libvirt drivers do not report.</summary>
internal sealed record HostResources(
    IReadOnlyList<NumaCell>? NumaCells, IReadOnlyList<HugePagePool>? HugePages, IReadOnlyList<string>? Networks, IReadOnlyList<HostStorage>? Pools)
{
    public static HostResources Read(LibvirtConnection connection, HostCapabilitiesXml host) => new(
        LibvirtException.NullOnError(() => ReadCells(connection, host)),
        LibvirtException.NullOnError(() => ReadHugePages(connection, host)),
        LibvirtException.NullOnError(connection.ListActiveNetworks),
        LibvirtException.NullOnError(() => ReadPools(connection)));

    private static NumaCell[]? ReadCells(LibvirtConnection connection, HostCapabilitiesXml host) => host.NumaCells is not { } cells
        ? null
        : [.. cells.Select(cell => new NumaCell(cell.Id, cell.Memory, new Bytes(connection.GetCellFreeMemoryBytes(cell.Id)), cell.LogicalCpus))];

    private static HugePagePool[]? ReadHugePages(LibvirtConnection connection, HostCapabilitiesXml host)
    {
        if (host is not { HugePageSizes: { } sizes, NumaCells: { } cells })
            return null;
        var free = connection.GetFreePages(sizes);

        // Pages reserved since the daemon started show only in the free count.
        return
        [
            .. sizes.Zip(free, (size, left) => new HugePagePool(
                    Bytes.FromKibibytes(size), Math.Max(left, cells.Sum(cell => cell.Pages.GetValueOrDefault(size))), left))
                .Where(pool => pool.Total > 0),
        ];
    }

    private static List<HostStorage> ReadPools(LibvirtConnection connection)
    {
        var found = new List<HostStorage>();
        foreach (var pool in connection.ListStoragePools(activeOnly: true))
            using (pool)
                if (!DirectoryPool.IsTransient(pool) && LibvirtException.NullOnError(() => StorageXml.ReadPool(pool.GetXml())) is { } storage)
                    found.Add(storage);
        return found;
    }
}
