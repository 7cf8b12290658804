using System.Globalization;
using System.Xml.Linq;
using Mesh.Agent.Hypervisors;
using Mesh.Agent.Libvirt.HostSystem;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Agent.Libvirt.Xml;

/// <summary>Reads a machine's description out of its domain XML.</summary>
internal static class DomainXml
{
    /// <summary>
    /// Labels live in the domain's metadata, so that they travel with it:
    /// <c>&lt;metadata&gt;&lt;labels xmlns="urn:migration-mesh:labels"&gt;&lt;label key="tier" value="db"/&gt;…</c>
    /// On a machine that runs, <c>virsh metadata VM --uri urn:migration-mesh:labels --key mesh --set '&lt;labels&gt;…'</c> sets them.
    /// </summary>
    public static readonly XNamespace Labels = "urn:migration-mesh:labels";

    /// <summary>The machine.</summary>
    /// <param name="xml">What <c>virDomainGetXMLDesc</c> gives.</param>
    /// <param name="state">What it does.</param>
    /// <param name="isPersistent">Whether its definition stays.</param>
    /// <param name="sizes">Capacity and allocation of a disk by its target; null where unknown.</param>
    public static VmDescription Read(
        string xml, VmRunState state, bool isPersistent, Func<string, (Bytes Capacity, Bytes Allocation)?> sizes)
    {
        var domain = XDocument.Parse(xml).Root!;
        var devices = domain.Element("devices");
        return new VmDescription(
            VmId.Parse(Text(domain, "uuid")),
            Text(domain, "name"),
            VmStatusMapping.FromRunState(state, hasOutgoingJob: false, expectsIncoming: false),
            ReadMemory(domain.Element("memory")),
            int.TryParse(Text(domain, "vcpu"), out var vcpus) ? vcpus : 1,
            Attribute(domain.Element("os")?.Element("type"), "machine"),
            CpuModel(domain.Element("cpu")),
            isPersistent,
            [.. (devices?.Elements("disk") ?? []).Select(disk => DiskXml.Read(disk, sizes))],
            [.. (devices?.Elements("interface") ?? []).Select(Network)],
            [.. HostDeviceXml.Read(devices)],
            ReadLabels(domain),
            Placement: PlacementXml.Read(domain.Element("metadata")),
            CpuFeatures: CpuFeatures(domain),
            HugePageSize: MemoryXml.HugePageSize(domain),
            NumaNodes: MemoryXml.NumaNodes(domain));
    }

    /// <summary>Whether a disk of the machine is copied to another image: by a block job, or by a migration that takes its disks along.</summary>
    /// <param name="xml">What <c>virDomainGetXMLDesc</c> gives of the running machine.</param>
    public static bool HasMirror(string xml) =>
        XDocument.Parse(xml).Root!.Element("devices")?.Elements("disk").Any(disk => disk.Element("mirror") is not null) is true;

    /// <summary>The quota that libvirt gives each of the machine's processors, in microseconds; <see cref="CgroupCpuQuota.Unlimited"/> for none.</summary>
    /// <param name="xml">What <c>virDomainGetXMLDesc</c> gives of the running machine.</param>
    public static long VcpuQuota(string xml) =>
        long.TryParse(Text(XDocument.Parse(xml).Root!.Element("cputune"), "quota"), CultureInfo.InvariantCulture, out var quota) && quota > 0 ? quota : CgroupCpuQuota.Unlimited;

    internal static string Text(XElement? element, string child) => element?.Element(child)?.Value ?? "";

    internal static string Attribute(XElement? element, string name) => element?.Attribute(name)?.Value ?? "";

    internal static Bytes ReadMemory(XElement? memory)
    {
        _ = long.TryParse(memory?.Value, out var number);
        return ToBytes(number, Attribute(memory, "unit"));
    }

    /// <summary>A number in one of libvirt's units of memory; KiB unless it says so.</summary>
    internal static Bytes ToBytes(long number, string unit) => unit switch
    {
        "b" or "bytes" => new Bytes(number),
        "M" or "MiB" => Bytes.FromMebibytes(number),
        "G" or "GiB" => Bytes.FromGibibytes(number),
        _ => Bytes.FromKibibytes(number),
    };

    private static string CpuModel(XElement? cpu) => Text(cpu, "model") is { Length: > 0 } model ? model : Attribute(cpu, "mode");

    /// <summary>
    /// A processor that is emulated needs nothing of the host's. One that is the host's own, and names nothing, needs whatever the host
    /// has: nobody can tell what of it.
    /// </summary>
    private static string[]? CpuFeatures(XElement domain)
    {
        if (Attribute(domain, "type") == "qemu")
            return [];
        var cpu = domain.Element("cpu");
        string[] required =
        [
            .. (cpu?.Elements("feature") ?? [])
                .Where(feature => Attribute(feature, "policy") is "" or "require")
                .Select(feature => Attribute(feature, "name"))
                .Where(name => name.Length > 0)
                .Distinct(StringComparer.Ordinal),
        ];
        return required.Length > 0 || Text(cpu, "model").Length > 0 ? required : null;
    }

    private static VmNetwork Network(XElement network)
    {
        // While the machine runs, libvirt names both a network and the bridge that it has on this host: on another it may have another.
        var source = network.Element("source");
        string[] names = [Attribute(source, "network"), Attribute(source, "bridge"), Attribute(source, "dev")];
        return new VmNetwork(
            Attribute(network, "type"),
            names.FirstOrDefault(name => name.Length > 0) ?? "",
            Attribute(network.Element("model"), "type"),
            Attribute(network.Element("mac"), "address"));
    }

    private static Dictionary<string, string> ReadLabels(XElement domain) =>
        (domain.Element("metadata")?.Element(Labels + "labels")?.Elements(Labels + "label") ?? [])
        .GroupBy(label => Attribute(label, "key"), StringComparer.Ordinal)
        .ToDictionary(same => same.Key, same => Attribute(same.Last(), "value"), StringComparer.Ordinal);
}
