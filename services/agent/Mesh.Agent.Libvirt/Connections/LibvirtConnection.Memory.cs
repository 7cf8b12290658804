namespace Mesh.Agent.Libvirt;

public sealed partial class LibvirtConnection
{
    private const int AllCells = -1;

    /// <summary>
    /// The host's memory by use, in KiB under libvirt's names: <c>total</c>, <c>free</c>, <c>buffers</c>, <c>cached</c>
    /// (<c>virNodeGetMemoryStats</c>).
    /// </summary>
    public unsafe IReadOnlyDictionary<string, ulong> GetMemoryStatsKibibytes()
    {
        const string Call = nameof(Native.virNodeGetMemoryStats);
        var count = 0;
        LibvirtException.ThrowIfFailed(Native.virNodeGetMemoryStats(_handle, AllCells, null, ref count, 0), Call);
        var stats = new NativeMemoryStat[count];
        fixed (NativeMemoryStat* first = stats)
        {
            LibvirtException.ThrowIfFailed(Native.virNodeGetMemoryStats(_handle, AllCells, first, ref count, 0), Call);
        }

        return stats.Take(count).ToDictionary(stat => NativeText.FromField(stat.Field), stat => stat.Kibibytes, StringComparer.Ordinal);
    }

    /// <summary>The free memory of one NUMA node in bytes (<c>virNodeGetCellsFreeMemory</c>).</summary>
    /// <param name="cell">The node's number on the host.</param>
    public unsafe long GetCellFreeMemoryBytes(int cell)
    {
        const string Call = nameof(Native.virNodeGetCellsFreeMemory);
        ulong bytes = 0;
        var count = LibvirtException.ThrowIfFailed(Native.virNodeGetCellsFreeMemory(_handle, &bytes, cell, 1), Call);
        return count == 1 ? SizeConversion.FromBytes(bytes) : throw LibvirtException.FromLastError(Call);
    }

    /// <summary>The host's free pages of each of several sizes, in the order of the sizes (<c>virNodeGetFreePages</c>).</summary>
    /// <param name="sizesKibibytes">The sizes in KiB; sizes that the host has, by its capabilities.</param>
    public unsafe IReadOnlyList<long> GetFreePages(IReadOnlyList<uint> sizesKibibytes)
    {
        ArgumentNullException.ThrowIfNull(sizesKibibytes);
        if (sizesKibibytes.Count == 0)
            return [];
        var sizes = sizesKibibytes.ToArray();
        var counts = new ulong[sizes.Length];
        fixed (uint* firstSize = sizes)
        fixed (ulong* firstCount = counts)
        {
            var result = Native.virNodeGetFreePages(_handle, (uint)sizes.Length, firstSize, AllCells, 1, firstCount, 0);
            LibvirtException.ThrowIfFailed(result, nameof(Native.virNodeGetFreePages));
        }

        return [.. counts.Select(count => (long)count)];
    }
}
