using System.Runtime.InteropServices;

namespace Mesh.Agent.Libvirt;

/// <summary>One reference on a libvirt object. Freed once, when it is disposed and no native call uses it any more.</summary>
internal abstract class NativeHandle : SafeHandle
{
    private static long _live;

    protected NativeHandle(nint pointer)
        : base(0, ownsHandle: true)
    {
        SetHandle(pointer);
        Interlocked.Increment(ref _live);
    }

    /// <summary>References held by this process and not yet given back: what the leak tests watch.</summary>
    internal static long Live => Interlocked.Read(ref _live);

    /// <summary>What the freeing function answered, once it ran.</summary>
    internal int? FreeResult { get; private set; }

    public override bool IsInvalid => handle == 0;

    protected abstract int Free(nint pointer);

    protected sealed override bool ReleaseHandle()
    {
        // Freeing resets the thread's last error. When another thread disposed the object during a call that failed, the free
        // happens here, between the call and the reading of its error.
        LibvirtError.Preserve();
        FreeResult = Free(handle);
        Interlocked.Decrement(ref _live);
        return FreeResult >= 0;
    }

    /// <summary>The pointer that a call returned, or the call's error when it is null.</summary>
    protected static nint NotNull(nint pointer, string call) =>
        pointer != 0 ? pointer : throw LibvirtException.FromLastError(call);
}

/// <summary>A <c>virConnectPtr</c>. Every domain, pool and volume holds a reference on its connection inside libvirt.</summary>
internal sealed class ConnectionHandle(nint pointer, string call) : NativeHandle(NotNull(pointer, call))
{
    protected override int Free(nint pointer) => Native.virConnectClose(pointer);
}

/// <summary>A <c>virDomainPtr</c>.</summary>
internal sealed class DomainHandle(nint pointer, string call) : NativeHandle(NotNull(pointer, call))
{
    protected override int Free(nint pointer) => Native.virDomainFree(pointer);
}

/// <summary>A <c>virNetworkPtr</c>.</summary>
internal sealed class NetworkHandle(nint pointer, string call) : NativeHandle(NotNull(pointer, call))
{
    protected override int Free(nint pointer) => Native.virNetworkFree(pointer);
}

/// <summary>A <c>virStoragePoolPtr</c>.</summary>
internal sealed class StoragePoolHandle(nint pointer, string call) : NativeHandle(NotNull(pointer, call))
{
    protected override int Free(nint pointer) => Native.virStoragePoolFree(pointer);
}

/// <summary>A <c>virStorageVolPtr</c>.</summary>
internal sealed class StorageVolumeHandle(nint pointer, string call) : NativeHandle(NotNull(pointer, call))
{
    protected override int Free(nint pointer) => Native.virStorageVolFree(pointer);
}
