using Mesh.Agent.Libvirt.Xml;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Libvirt.Adapter;

/// <summary>What a host has around its machines at one moment. What one of libvirt's drivers does not tell is null.</summary>
/// <param name="NumaCells">Its NUMA nodes.</param>
/// <param name="HugePages">Its huge pages.</param>
/// <param name="Networks">Its active networks.</param>
/// <param name="Pools">Its active storage pools.</param>
internal sealed record HostResources(
    IReadOnlyList<NumaCell>? NumaCells, IReadOnlyList<HugePagePool>? HugePages, IReadOnlyList<string>? Networks, IReadOnlyList<HostStorage>? Pools)
{
    public static HostResources Read(LibvirtConnection connection, HostCapabilitiesXml host) => new(
        Try(() => ReadCells(connection, host)),
        Try(() => ReadHugePages(connection, host)),
        Try(connection.ListActiveNetworks),
        Try(() => ReadPools(connection)));

    private static NumaCell[]? ReadCells(LibvirtConnection connection, HostCapabilitiesXml host) => host.NumaCells is not { } cells
        ? null
        : [.. cells.Select(cell => new NumaCell(cell.Id, cell.Memory, new Bytes(connection.GetCellFreeMemoryBytes(cell.Id)), cell.LogicalCpus))];

    private static HugePagePool[]? ReadHugePages(LibvirtConnection connection, HostCapabilitiesXml host)
    {
        if (host is not { HugePageSizes: { } sizes, NumaCells: { } cells })
            return null;
        var free = connection.GetFreePages(sizes);

        // Pages set aside since the daemon started are seen by their being free only.
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
                if (!DirectoryPool.IsTransient(pool) && Try(() => StoragePoolXml.Read(pool.GetXml())) is { } storage)
                    found.Add(storage);
        return found;
    }

    private static T? Try<T>(Func<T?> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (LibvirtException)
        {
            return null;
        }
    }
}
