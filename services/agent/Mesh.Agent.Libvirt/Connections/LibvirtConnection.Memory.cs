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
}
