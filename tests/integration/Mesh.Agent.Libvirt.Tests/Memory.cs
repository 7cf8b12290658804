using System.Runtime.InteropServices;

namespace Mesh.Agent.Libvirt.Tests;

/// <summary>The memory that the C library's allocator has allocated: libvirt's allocations, without .NET's heap.</summary>
internal static partial class Memory
{
    /// <summary>The bytes in use, after all unreachable managed objects have been finalized.</summary>
    internal static long UsedBytes()
    {
        Collect();
        return (long)mallinfo2().UsedBytes;
    }

    internal static void Collect()
    {
        for (var round = 0; round < 2; round++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    [LibraryImport("libc.so.6")]
    private static partial MallocInfo mallinfo2();

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct MallocInfo
    {
        private readonly nuint _arena;
        private readonly nuint _freeChunks;
        private readonly nuint _fastBins;
        private readonly nuint _mappedRegions;
        private readonly nuint _mappedBytes;
        private readonly nuint _unused;
        private readonly nuint _fastBinBytes;
        private readonly nuint _usedBytes;
        private readonly nuint _freeBytes;
        private readonly nuint _releasable;

        internal nuint UsedBytes => _usedBytes + _mappedBytes;
    }
}
