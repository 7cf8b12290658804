using System.Xml.Linq;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Vms;

namespace Mesh.Agent.Libvirt.Xml;

/// <summary>The XML of storage pools and volumes.</summary>
internal static class StorageXml
{
    private static readonly string[] SharedPoolTypes = ["netfs", "rbd", "iscsi", "iscsi-direct", "gluster", "sheepdog", "vstorage"];

    /// <param name="xml">The result of <c>virStoragePoolGetXMLDesc</c>.</param>
    public static HostStorage ReadPool(string xml)
    {
        var pool = XDocument.Parse(xml).Root;
        return new HostStorage(
            XmlRead.Text(pool, "name"),
            XmlRead.Text(pool?.Element("target"), "path"),
            SharedPoolTypes.Contains(XmlRead.Attribute(pool, "type"), StringComparer.Ordinal));
    }

    /// <summary>The volume that a disk is copied to.</summary>
    /// <param name="disk">The disk; its capacity is known.</param>
    /// <param name="copyStorage">Whether the volume gets the disk's backing file.</param>
    /// <param name="backingFormat">The backing file's format; null if there is none.</param>
    public static string CreateVolume(VmDisk disk, CopyStorage copyStorage, string? backingFormat)
    {
        var volume = new XElement(
            "volume",
            new XElement("name", Path.GetFileName(disk.Source)),
            new XElement("capacity", new XAttribute("unit", "bytes"), disk.Capacity!.Value.Count),

            // Nothing is preallocated: what the disk does not use, its copy does not need.
            new XElement("allocation", 0),
            new XElement("target", new XElement("format", new XAttribute("type", disk.Format.Length > 0 ? disk.Format : "raw"))));
        if (copyStorage is CopyStorage.Incremental && disk.BackingFile is { } backing)
            volume.Add(new XElement(
                "backingStore",
                new XElement("path", backing),
                new XElement("format", new XAttribute("type", backingFormat ?? "raw"))));
        return volume.ToString();
    }

    /// <summary>A volume's format; null if its XML names none.</summary>
    public static string? ReadVolumeFormat(string volumeXml) =>
        XDocument.Parse(volumeXml).Root?.Element("target")?.Element("format")?.Attribute("type")?.Value;
}
