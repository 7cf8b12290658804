using System.Xml.Linq;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Agent.Libvirt.Xml;

/// <summary>Reads a VM's disks and passed-through host devices from its domain XML.</summary>
internal static class DeviceXml
{
    /// <param name="disk">The element <c>disk</c>.</param>
    /// <param name="sizes">Capacity and allocation of a disk by its target; null where unknown.</param>
    public static VmDisk ReadDisk(XElement disk, Func<string, (Bytes Capacity, Bytes Allocation)?> sizes)
    {
        var target = XmlRead.Attribute(disk.Element("target"), "dev");
        var size = sizes(target);
        return new VmDisk(
            target,
            ToDevice(XmlRead.Attribute(disk, "device")),
            XmlRead.Attribute(disk.Element("target"), "bus"),
            XmlRead.Attribute(disk.Element("driver"), "type"),
            ToStorage(XmlRead.Attribute(disk, "type")),
            ReadSource(disk.Element("source")),
            disk.Element("readonly") is not null,
            disk.Element("shareable") is not null,
            size?.Capacity,
            size?.Allocation,
            ReadBackingFile(disk.Element("backingStore")));
    }

    /// <summary>Host devices, including network cards that are passed through.</summary>
    public static IEnumerable<VmHostDevice> ReadHostDevices(XElement? devices)
    {
        foreach (var device in devices?.Elements("hostdev") ?? [])
        {
            var kind = XmlRead.Attribute(device, "type");
            yield return new VmHostDevice(kind, ReadAddress(kind, device.Element("source")));
        }

        foreach (var card in (devices?.Elements("interface") ?? []).Where(card => XmlRead.Attribute(card, "type") == "hostdev"))
            yield return new VmHostDevice("pci", ReadAddress("pci", card.Element("source")));
    }

    private static DiskDevice ToDevice(string device) => device switch
    {
        "cdrom" => DiskDevice.CdRom,
        "floppy" => DiskDevice.Floppy,
        "lun" => DiskDevice.Lun,
        _ => DiskDevice.Disk,
    };

    private static DiskStorage ToStorage(string type) => type switch
    {
        "file" => DiskStorage.File,
        "block" => DiskStorage.Block,
        "network" => DiskStorage.Network,
        "volume" => DiskStorage.Volume,
        _ => DiskStorage.Other,
    };

    private static string ReadSource(XElement? source)
    {
        if (source is null)
            return "";
        string[] names =
        [
            XmlRead.Attribute(source, "file"), XmlRead.Attribute(source, "dev"), XmlRead.Attribute(source, "dir"),
            Pair(XmlRead.Attribute(source, "pool"), XmlRead.Attribute(source, "volume")),
            Pair(XmlRead.Attribute(source, "protocol"), XmlRead.Attribute(source, "name")),
            XmlRead.Attribute(source, "path"),
        ];
        return names.FirstOrDefault(name => name.Length > 0) ?? "";
    }

    private static string Pair(string left, string right) => right.Length > 0 ? $"{left}/{right}" : "";

    private static string? ReadBackingFile(XElement? backing) => ReadSource(backing?.Element("source")) is { Length: > 0 } path ? path : null;

    private static string ReadAddress(string kind, XElement? source)
    {
        var address = source?.Element("address");
        return kind switch
        {
            "pci" when address is not null =>
                $"{Hex(address, "domain", 4)}:{Hex(address, "bus", 2)}:{Hex(address, "slot", 2)}.{Hex(address, "function", 1)}",
            "usb" when source?.Element("vendor") is { } vendor =>
                $"{XmlRead.Attribute(vendor, "id")}:{XmlRead.Attribute(source.Element("product"), "id")}",
            "usb" when address is not null => $"{XmlRead.Attribute(address, "bus")}-{XmlRead.Attribute(address, "device")}",
            "mdev" => XmlRead.Attribute(address, "uuid"),
            "scsi" => XmlRead.Attribute(source?.Element("adapter"), "name"),
            _ => "",
        };
    }

    private static string Hex(XElement address, string name, int digits)
    {
        var text = XmlRead.Attribute(address, name);
        return (text.StartsWith("0x", StringComparison.Ordinal) ? text[2..] : text).PadLeft(digits, '0');
    }
}
