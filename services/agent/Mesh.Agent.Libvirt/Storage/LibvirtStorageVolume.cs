namespace Mesh.Agent.Libvirt;

/// <summary>
/// A volume of a storage pool (<c>virStorageVolPtr</c>), such as a disk image. Every method calls libvirt and can block: run it
/// through <see cref="LibvirtCallRunner"/>.
/// </summary>
public sealed class LibvirtStorageVolume : IDisposable
{
    private readonly StorageVolumeHandle _handle;

    internal LibvirtStorageVolume(StorageVolumeHandle handle)
    {
        _handle = handle;
        try
        {
            Name = NativeText.CopyBorrowed(Native.virStorageVolGetName(handle), nameof(Native.virStorageVolGetName));
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Its name in its pool (<c>virStorageVolGetName</c>).</summary>
    public string Name { get; }

    /// <summary>Its path on the host (<c>virStorageVolGetPath</c>).</summary>
    public string GetPath() =>
        NativeText.TakeOwned(Native.virStorageVolGetPath(_handle), nameof(Native.virStorageVolGetPath));

    /// <summary>Its description (<c>virStorageVolGetXMLDesc</c>).</summary>
    public string GetXml() =>
        NativeText.TakeOwned(Native.virStorageVolGetXMLDesc(_handle, 0), nameof(Native.virStorageVolGetXMLDesc));

    /// <summary>Its sizes (<c>virStorageVolGetInfo</c>).</summary>
    public StorageVolumeInfo GetInfo()
    {
        LibvirtException.ThrowIfFailed(Native.virStorageVolGetInfo(_handle, out var info), nameof(Native.virStorageVolGetInfo));
        return new StorageVolumeInfo(SizeConversion.FromBytes(info.Capacity), SizeConversion.FromBytes(info.Allocation));
    }

    /// <summary>Deletes it, with its data (<c>virStorageVolDelete</c>).</summary>
    public void Delete() =>
        LibvirtException.ThrowIfFailed(Native.virStorageVolDelete(_handle, 0), nameof(Native.virStorageVolDelete));

    /// <summary>Releases this reference. The volume itself is unaffected.</summary>
    public void Dispose() => _handle.Dispose();
}
