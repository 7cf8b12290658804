using System.Xml.Linq;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Agent.Libvirt.Xml;

/// <summary>Reads a disk out of its element of the domain XML.</summary>
internal static class DiskXml
{
    public static VmDisk Read(XElement disk, Func<string, (Bytes Capacity, Bytes Allocation)?> sizes)
    {
        var target = DomainXml.Attribute(disk.Element("target"), "dev");
        var size = sizes(target);
        return new VmDisk(
            target,
            Device(DomainXml.Attribute(disk, "device")),
            DomainXml.Attribute(disk.Element("target"), "bus"),
            DomainXml.Attribute(disk.Element("driver"), "type"),
            Storage(DomainXml.Attribute(disk, "type")),
            Source(disk.Element("source")),
            disk.Element("readonly") is not null,
            disk.Element("shareable") is not null,
            size?.Capacity,
            size?.Allocation,
            Backing(disk.Element("backingStore")));
    }

    private static DiskDevice Device(string device) => device switch
    {
        "cdrom" => DiskDevice.CdRom,
        "floppy" => DiskDevice.Floppy,
        "lun" => DiskDevice.Lun,
        _ => DiskDevice.Disk,
    };

    private static DiskStorage Storage(string type) => type switch
    {
        "file" => DiskStorage.File,
        "block" => DiskStorage.Block,
        "network" => DiskStorage.Network,
        "volume" => DiskStorage.Volume,
        _ => DiskStorage.Other,
    };

    private static string Source(XElement? source)
    {
        if (source is null)
            return "";
        string[] names =
        [
            DomainXml.Attribute(source, "file"), DomainXml.Attribute(source, "dev"), DomainXml.Attribute(source, "dir"),
            Pair(DomainXml.Attribute(source, "pool"), DomainXml.Attribute(source, "volume")),
            Pair(DomainXml.Attribute(source, "protocol"), DomainXml.Attribute(source, "name")),
            DomainXml.Attribute(source, "path"),
        ];
        return names.FirstOrDefault(name => name.Length > 0) ?? "";
    }

    private static string Pair(string left, string right) => right.Length > 0 ? $"{left}/{right}" : "";

    private static string? Backing(XElement? backing) => Source(backing?.Element("source")) is { Length: > 0 } path ? path : null;
}
