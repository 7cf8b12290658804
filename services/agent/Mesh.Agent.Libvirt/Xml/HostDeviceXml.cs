using System.Xml.Linq;
using Mesh.Contracts.Vms;

namespace Mesh.Agent.Libvirt.Xml;

/// <summary>Reads the devices of the host that a machine has out of its domain XML; a network card passed through is one of them.</summary>
internal static class HostDeviceXml
{
    public static IEnumerable<VmHostDevice> Read(XElement? devices)
    {
        foreach (var device in devices?.Elements("hostdev") ?? [])
        {
            var kind = DomainXml.Attribute(device, "type");
            yield return new VmHostDevice(kind, Address(kind, device.Element("source")));
        }

        foreach (var card in (devices?.Elements("interface") ?? []).Where(card => DomainXml.Attribute(card, "type") == "hostdev"))
            yield return new VmHostDevice("pci", Address("pci", card.Element("source")));
    }

    private static string Address(string kind, XElement? source)
    {
        var address = source?.Element("address");
        return kind switch
        {
            "pci" when address is not null =>
                $"{Hex(address, "domain", 4)}:{Hex(address, "bus", 2)}:{Hex(address, "slot", 2)}.{Hex(address, "function", 1)}",
            "usb" when source?.Element("vendor") is { } vendor =>
                $"{DomainXml.Attribute(vendor, "id")}:{DomainXml.Attribute(source.Element("product"), "id")}",
            "usb" when address is not null => $"{DomainXml.Attribute(address, "bus")}-{DomainXml.Attribute(address, "device")}",
            "mdev" => DomainXml.Attribute(address, "uuid"),
            "scsi" => DomainXml.Attribute(source?.Element("adapter"), "name"),
            _ => "",
        };
    }

    private static string Hex(XElement address, string name, int digits)
    {
        var text = DomainXml.Attribute(address, name);
        return (text.StartsWith("0x", StringComparison.Ordinal) ? text[2..] : text).PadLeft(digits, '0');
    }
}
