namespace Mesh.Agent.Libvirt;

public sealed partial class LibvirtConnection
{
    private const uint PoolsActive = 2;

    /// <summary>The storage pools of this host (<c>virConnectListAllStoragePools</c>). The caller disposes them.</summary>
    /// <param name="activeOnly">Only those that are started.</param>
    public IReadOnlyList<LibvirtStoragePool> ListStoragePools(bool activeOnly = false)
    {
        const string Call = nameof(Native.virConnectListAllStoragePools);
        var count = Native.virConnectListAllStoragePools(_handle, out var pools, activeOnly ? PoolsActive : 0);
        var handles = NativeList.TakeOwned(count, pools, static pointer => new StoragePoolHandle(pointer, Call), Call);
        return [.. handles.Select(handle => new LibvirtStoragePool(handle))];
    }

    /// <summary>The storage pool with this name (<c>virStoragePoolLookupByName</c>).</summary>
    /// <exception cref="LibvirtException">With <see cref="LibvirtErrorCode.NoStoragePool"/> when there is none.</exception>
    public LibvirtStoragePool LookupStoragePool(string name) =>
        Pool(Native.virStoragePoolLookupByName(_handle, name), nameof(Native.virStoragePoolLookupByName));

    /// <summary>The storage pool with this name, or null when there is none.</summary>
    public LibvirtStoragePool? FindStoragePool(string name) =>
        LibvirtException.NullIf(LibvirtErrorCode.NoStoragePool, () => LookupStoragePool(name));

    /// <summary>The storage pool for this directory or device (<c>virStoragePoolLookupByTargetPath</c>).</summary>
    /// <exception cref="LibvirtException">With <see cref="LibvirtErrorCode.NoStoragePool"/> when there is none.</exception>
    public LibvirtStoragePool LookupStoragePoolByTargetPath(string path) =>
        Pool(Native.virStoragePoolLookupByTargetPath(_handle, path), nameof(Native.virStoragePoolLookupByTargetPath));

    /// <summary>The storage pool for this directory or device, or null when there is none.</summary>
    public LibvirtStoragePool? FindStoragePoolByTargetPath(string path) =>
        LibvirtException.NullIf(LibvirtErrorCode.NoStoragePool, () => LookupStoragePoolByTargetPath(path));

    /// <summary>
    /// Starts a transient pool from its description (<c>virStoragePoolCreateXML</c>);
    /// <see cref="LibvirtStoragePool.DirectoryXml"/> writes the one of a directory.
    /// </summary>
    public LibvirtStoragePool CreateStoragePool(string xml) =>
        Pool(Native.virStoragePoolCreateXML(_handle, xml, 0), nameof(Native.virStoragePoolCreateXML));

    /// <summary>The volume with this path in any running pool (<c>virStorageVolLookupByPath</c>).</summary>
    /// <exception cref="LibvirtException">With <see cref="LibvirtErrorCode.NoStorageVolume"/> when there is none.</exception>
    public LibvirtStorageVolume LookupStorageVolumeByPath(string path) =>
        new(new StorageVolumeHandle(Native.virStorageVolLookupByPath(_handle, path), nameof(Native.virStorageVolLookupByPath)));

    /// <summary>The volume with this path in any running pool, or null when there is none.</summary>
    public LibvirtStorageVolume? FindStorageVolumeByPath(string path) =>
        LibvirtException.NullIf(LibvirtErrorCode.NoStorageVolume, () => LookupStorageVolumeByPath(path));

    private static LibvirtStoragePool Pool(nint pointer, string call) => new(new StoragePoolHandle(pointer, call));
}
