using System.Runtime.InteropServices;

namespace Mesh.Agent.Libvirt;

internal static partial class Native
{
    [LibraryImport(Library)]
    internal static unsafe partial int virNodeGetMemoryStats(
        ConnectionHandle connection, int cell, NativeMemoryStat* stats, ref int count, uint flags);

    [LibraryImport(Library)]
    internal static unsafe partial int virNodeGetCellsFreeMemory(ConnectionHandle connection, ulong* bytes, int firstCell, int cellsMax);

    [LibraryImport(Library)]
    internal static unsafe partial int virNodeGetFreePages(
        ConnectionHandle connection, uint sizeCount, uint* sizesKibibytes, int firstCell, uint cellCount, ulong* counts, uint flags);
}

/// <summary><c>struct _virNodeMemoryStats</c>: a name of at most 79 bytes and its value.</summary>
[StructLayout(LayoutKind.Explicit, Size = 88)]
internal readonly struct NativeMemoryStat
{
    [FieldOffset(0)]
    public readonly NativeFieldName Field;

    [FieldOffset(80)]
    public readonly ulong Kibibytes;
}
