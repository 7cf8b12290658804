using System.Xml.Linq;

namespace Mesh.Agent.Libvirt;

/// <summary>
/// A storage pool (<c>virStoragePoolPtr</c>): a directory, volume group or the like whose volumes libvirt knows. Every method
/// calls libvirt and can block: run it through <see cref="LibvirtCallRunner"/>.
/// </summary>
public sealed class LibvirtStoragePool : IDisposable
{
    private readonly StoragePoolHandle _handle;

    internal unsafe LibvirtStoragePool(StoragePoolHandle handle)
    {
        _handle = handle;
        try
        {
            Name = NativeText.CopyBorrowed(Native.virStoragePoolGetName(handle), nameof(Native.virStoragePoolGetName));
            Uuid = NativeText.ReadUuid(
                buffer => Native.virStoragePoolGetUUIDString(handle, buffer), nameof(Native.virStoragePoolGetUUIDString));
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Its name (<c>virStoragePoolGetName</c>).</summary>
    public string Name { get; }

    /// <summary>Its UUID (<c>virStoragePoolGetUUIDString</c>).</summary>
    public Guid Uuid { get; }

    /// <summary>The description of a pool over a directory, for <see cref="LibvirtConnection.CreateStoragePool"/>.</summary>
    /// <param name="name">The pool's name.</param>
    /// <param name="path">The directory, which must exist.</param>
    public static string DirectoryXml(string name, string path) =>
        new XElement(
            "pool",
            new XAttribute("type", "dir"),
            new XElement("name", name),
            new XElement("target", new XElement("path", path))).ToString();

    /// <summary>Its description (<c>virStoragePoolGetXMLDesc</c>).</summary>
    public string GetXml() =>
        NativeText.TakeOwned(Native.virStoragePoolGetXMLDesc(_handle, 0), nameof(Native.virStoragePoolGetXMLDesc));

    /// <summary>The path of its directory or device, from its description; null when it has none.</summary>
    public string? GetTargetPath() => XDocument.Parse(GetXml()).Root?.Element("target")?.Element("path")?.Value;

    /// <summary>Its state and sizes (<c>virStoragePoolGetInfo</c>).</summary>
    public StoragePoolInfo GetInfo()
    {
        LibvirtException.ThrowIfFailed(Native.virStoragePoolGetInfo(_handle, out var info), nameof(Native.virStoragePoolGetInfo));
        return new StoragePoolInfo(
            (StoragePoolState)info.State,
            SizeConversion.FromBytes(info.Capacity),
            SizeConversion.FromBytes(info.Allocation),
            SizeConversion.FromBytes(info.Available));
    }

    /// <summary>Detects volumes that were added or removed outside libvirt (<c>virStoragePoolRefresh</c>).</summary>
    public void Refresh() =>
        LibvirtException.ThrowIfFailed(Native.virStoragePoolRefresh(_handle, 0), nameof(Native.virStoragePoolRefresh));

    /// <summary>Stops the pool; its files remain, and a transient pool is removed (<c>virStoragePoolDestroy</c>).</summary>
    public void Destroy() =>
        LibvirtException.ThrowIfFailed(Native.virStoragePoolDestroy(_handle), nameof(Native.virStoragePoolDestroy));

    /// <summary>Its volumes (<c>virStoragePoolListAllVolumes</c>). The caller disposes them.</summary>
    public IReadOnlyList<LibvirtStorageVolume> ListVolumes()
    {
        const string Call = nameof(Native.virStoragePoolListAllVolumes);
        var count = Native.virStoragePoolListAllVolumes(_handle, out var volumes, 0);
        var handles = NativeList.TakeOwned(count, volumes, static pointer => new StorageVolumeHandle(pointer, Call), Call);
        return [.. handles.Select(handle => new LibvirtStorageVolume(handle))];
    }

    /// <summary>The volume with this name (<c>virStorageVolLookupByName</c>).</summary>
    /// <exception cref="LibvirtException">With <see cref="LibvirtErrorCode.NoStorageVolume"/> when there is none.</exception>
    public LibvirtStorageVolume LookupVolume(string name) =>
        Volume(Native.virStorageVolLookupByName(_handle, name), nameof(Native.virStorageVolLookupByName));

    /// <summary>Makes a volume from its description (<c>virStorageVolCreateXML</c>).</summary>
    /// <exception cref="LibvirtException">With <see cref="LibvirtErrorCode.StorageVolumeExists"/> when the name is
    /// taken.</exception>
    public LibvirtStorageVolume CreateVolume(string xml) =>
        Volume(Native.virStorageVolCreateXML(_handle, xml, 0), nameof(Native.virStorageVolCreateXML));

    /// <summary>Releases this reference. The pool itself is unaffected.</summary>
    public void Dispose() => _handle.Dispose();

    private static LibvirtStorageVolume Volume(nint pointer, string call) => new(new StorageVolumeHandle(pointer, call));
}
