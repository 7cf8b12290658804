using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Mesh.Agent.Libvirt;

// The layouts of libvirt's public structures. C's "unsigned long" is nuint: on every Unix it is as wide as a pointer.

/// <summary><c>struct _virError</c>, up to the last field that is read here.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct NativeError
{
    public readonly int Code;
    public readonly int Domain;
    public readonly nint Message;
    public readonly int Level;
}

/// <summary><c>struct _virDomainInfo</c>; memory in KiB, time in nanoseconds.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct NativeDomainInfo
{
    public readonly byte State;
    public readonly nuint MaxMemoryKibibytes;
    public readonly nuint MemoryKibibytes;
    public readonly ushort VirtualCpus;
    public readonly ulong CpuTimeNanoseconds;
}

/// <summary><c>struct _virDomainControlInfo</c>; time in milliseconds.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct NativeControlInfo
{
    public readonly uint State;
    public readonly uint Details;
    public readonly ulong StateTimeMilliseconds;
}

/// <summary><c>struct _virDomainBlockInfo</c>; bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct NativeBlockInfo
{
    public readonly ulong Capacity;
    public readonly ulong Allocation;
    public readonly ulong Physical;
}

/// <summary><c>struct _virStoragePoolInfo</c>; bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct NativePoolInfo
{
    public readonly int State;
    public readonly ulong Capacity;
    public readonly ulong Allocation;
    public readonly ulong Available;
}

/// <summary><c>struct _virStorageVolInfo</c>; bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct NativeVolumeInfo
{
    public readonly int Type;
    public readonly ulong Capacity;
    public readonly ulong Allocation;
}

/// <summary><c>struct _virNodeInfo</c>; memory in KiB.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct NativeNodeInfo
{
    public readonly NativeCpuModel Model;
    public readonly nuint MemoryKibibytes;
    public readonly uint Cpus;
    public readonly uint Megahertz;
    public readonly uint NumaNodes;
    public readonly uint Sockets;
    public readonly uint Cores;
    public readonly uint Threads;
}

/// <summary>The CPU model's name, at most 31 bytes and a zero.</summary>
[InlineArray(32)]
internal struct NativeCpuModel
{
    private byte _first;
}

/// <summary>
/// <c>struct _virTypedParameter</c>: a name of at most 79 bytes, the kind of value, and the value in a union of 8 bytes.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 96)]
internal readonly struct NativeTypedParameter
{
    [FieldOffset(0)]
    public readonly NativeFieldName Name;

    [FieldOffset(80)]
    public readonly int Kind;

    [FieldOffset(88)]
    public readonly int Int32;

    [FieldOffset(88)]
    public readonly uint UInt32;

    [FieldOffset(88)]
    public readonly long Int64;

    [FieldOffset(88)]
    public readonly ulong UInt64;

    [FieldOffset(88)]
    public readonly double Double;

    [FieldOffset(88)]
    public readonly byte Boolean;

    [FieldOffset(88)]
    public readonly nint Text;
}

/// <summary><c>VIR_TYPED_PARAM_FIELD_LENGTH</c> bytes.</summary>
[InlineArray(80)]
internal struct NativeFieldName
{
    private byte _first;
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
