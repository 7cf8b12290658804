using System.Xml.Linq;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Vms;

namespace Mesh.Agent.Libvirt.Xml;

/// <summary>The description of an image to create.</summary>
internal static class StorageVolumeXml
{
    /// <summary>An empty image like a disk's own.</summary>
    /// <param name="disk">The disk; its capacity is known.</param>
    /// <param name="copyStorage">Whether the image lies above the disk's backing file.</param>
    /// <param name="backingFormat">The backing file's format; null if there is none.</param>
    public static string Create(VmDisk disk, CopyStorage copyStorage, string? backingFormat)
    {
        var volume = new XElement(
            "volume",
            new XElement("name", Path.GetFileName(disk.Source)),
            new XElement("capacity", new XAttribute("unit", "bytes"), disk.Capacity!.Value.Count),

            // Nothing is set aside: what the disk does not use, its copy need not either.
            new XElement("allocation", 0),
            new XElement("target", new XElement("format", new XAttribute("type", disk.Format.Length > 0 ? disk.Format : "raw"))));
        if (copyStorage is CopyStorage.Incremental && disk.BackingFile is { } backing)
            volume.Add(new XElement(
                "backingStore",
                new XElement("path", backing),
                new XElement("format", new XAttribute("type", backingFormat ?? "raw"))));
        return volume.ToString();
    }

    /// <summary>The format that a volume's description names; null if it names none.</summary>
    public static string? ReadFormat(string volumeXml) =>
        XDocument.Parse(volumeXml).Root?.Element("target")?.Element("format")?.Attribute("type")?.Value;
}
