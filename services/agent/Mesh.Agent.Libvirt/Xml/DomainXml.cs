using System.Globalization;
using System.Xml.Linq;
using Mesh.Agent.Hypervisors;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Agent.Libvirt.Xml;

/// <summary>Reads a VM's description from its domain XML.</summary>
internal static class DomainXml
{
    private const long Unlimited = -1;

    /// <summary>
    /// Labels live in the domain's metadata, so that they travel with it:
    /// <c>&lt;metadata&gt;&lt;labels xmlns="urn:migration-mesh:labels"&gt;&lt;label key="tier" value="db"/&gt;…</c>
    /// On a running VM, <c>virsh metadata VM --uri urn:migration-mesh:labels --key mesh --set '&lt;labels&gt;…'</c> sets them.
    /// </summary>
    public static readonly XNamespace Labels = "urn:migration-mesh:labels";

    /// <param name="xml">The result of <c>virDomainGetXMLDesc</c>.</param>
    /// <param name="state">The VM's state.</param>
    /// <param name="isPersistent">Whether its definition outlives its run.</param>
    /// <param name="sizes">Capacity and allocation of a disk by its target; null where unknown.</param>
    public static VmDescription Read(
        string xml, VmRunState state, bool isPersistent, Func<string, (Bytes Capacity, Bytes Allocation)?> sizes)
    {
        var domain = XDocument.Parse(xml).Root!;
        var devices = domain.Element("devices");
        return new VmDescription(
            VmId.Parse(XmlRead.Text(domain, "uuid")),
            XmlRead.Text(domain, "name"),
            VmStatusMapping.FromRunState(state, hasOutgoingJob: false, expectsIncoming: false),
            XmlRead.Memory(domain.Element("memory")),
            int.TryParse(XmlRead.Text(domain, "vcpu"), out var vcpus) ? vcpus : 1,
            XmlRead.Attribute(domain.Element("os")?.Element("type"), "machine"),
            CpuModel(domain.Element("cpu")),
            isPersistent,
            [.. (devices?.Elements("disk") ?? []).Select(disk => DeviceXml.ReadDisk(disk, sizes))],
            [.. (devices?.Elements("interface") ?? []).Select(Network)],
            [.. DeviceXml.ReadHostDevices(devices)],
            ReadLabels(domain),
            Placement: PlacementXml.Read(domain.Element("metadata")),
            CpuFeatures: CpuFeatures(domain),
            HugePageSize: MemoryXml.HugePageSize(domain),
            NumaNodes: MemoryXml.NumaNodes(domain));
    }

    /// <summary>The targets of the VM's disks.</summary>
    public static IReadOnlyList<string> DiskTargets(string xml) =>
    [
        .. (XDocument.Parse(xml).Root!.Element("devices")?.Elements("disk") ?? []).Select(disk => XmlRead.Attribute(disk.Element("target"), "dev")),
    ];

    /// <summary>Whether a disk of the running VM is being mirrored: by a block job, or by a migration that copies its disks.</summary>
    public static bool HasMirror(string xml) =>
        XDocument.Parse(xml).Root!.Element("devices")?.Elements("disk").Any(disk => disk.Element("mirror") is not null) is true;

    /// <summary>The quota that libvirt has on record for each vCPU of the running VM, in microseconds; -1 for none.</summary>
    public static long VcpuQuota(string xml) =>
        long.TryParse(XmlRead.Text(XDocument.Parse(xml).Root!.Element("cputune"), "quota"), CultureInfo.InvariantCulture, out var quota) && quota > 0 ? quota : Unlimited;

    private static string CpuModel(XElement? cpu) => XmlRead.Text(cpu, "model") is { Length: > 0 } model ? model : XmlRead.Attribute(cpu, "mode");

    /// <summary>
    /// An emulated CPU requires none of the host's features. One that passes the host's CPU through, and names nothing, may require any of
    /// them: which is unknown.
    /// </summary>
    private static string[]? CpuFeatures(XElement domain)
    {
        if (XmlRead.Attribute(domain, "type") == "qemu")
            return [];
        var cpu = domain.Element("cpu");
        string[] required =
        [
            .. (cpu?.Elements("feature") ?? [])
                .Where(feature => XmlRead.Attribute(feature, "policy") is "" or "require")
                .Select(feature => XmlRead.Attribute(feature, "name"))
                .Where(name => name.Length > 0)
                .Distinct(StringComparer.Ordinal),
        ];
        return required.Length > 0 || XmlRead.Text(cpu, "model").Length > 0 ? required : null;
    }

    private static VmNetwork Network(XElement network)
    {
        // For a running VM, libvirt names both the network and its bridge on this host, which may differ on another host.
        var source = network.Element("source");
        string[] names = [XmlRead.Attribute(source, "network"), XmlRead.Attribute(source, "bridge"), XmlRead.Attribute(source, "dev")];
        return new VmNetwork(
            XmlRead.Attribute(network, "type"),
            names.FirstOrDefault(name => name.Length > 0) ?? "",
            XmlRead.Attribute(network.Element("model"), "type"),
            XmlRead.Attribute(network.Element("mac"), "address"));
    }

    private static Dictionary<string, string> ReadLabels(XElement domain) =>
        (domain.Element("metadata")?.Element(Labels + "labels")?.Elements(Labels + "label") ?? [])
        .GroupBy(label => XmlRead.Attribute(label, "key"), StringComparer.Ordinal)
        .ToDictionary(same => same.Key, same => XmlRead.Attribute(same.Last(), "value"), StringComparer.Ordinal);
}
