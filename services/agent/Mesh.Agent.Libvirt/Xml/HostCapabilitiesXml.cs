using System.Globalization;
using System.Xml.Linq;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Libvirt.Xml;

/// <summary>The host's capabilities, as far as an agent needs them. They do not change while libvirt's daemon runs, except for reserved pages.</summary>
/// <param name="Uuid">The host's UUID; empty if it has none.</param>
/// <param name="Architecture">Such as <c>x86_64</c>.</param>
/// <param name="CpuModel">The host CPU's model; empty if unknown.</param>
internal sealed record HostCapabilitiesXml(string Uuid, string Architecture, string CpuModel)
{
    /// <summary>Features of the host CPU beyond those of its model.</summary>
    public IReadOnlyList<string> CpuFeatures { get; init; } = [];

    /// <summary>The machine types for VMs of the host's architecture, under all their names; null if none is named.</summary>
    public IReadOnlyList<string>? MachineTypes { get; init; }

    /// <summary>The best virtualization type for VMs of the host's architecture: <c>kvm</c>, or else <c>qemu</c>; null if unknown.</summary>
    public string? VirtType { get; init; }

    /// <summary>The host's NUMA nodes; null if the capabilities name none.</summary>
    public IReadOnlyList<NumaCellXml>? NumaCells { get; init; }

    /// <summary>Sizes of huge pages, in KiB; null if unknown.</summary>
    public IReadOnlyList<uint>? HugePageSizes { get; init; }

    public static HostCapabilitiesXml Read(string capabilities)
    {
        var root = XDocument.Parse(capabilities).Root;
        var host = root?.Element("host");
        var cpu = host?.Element("cpu");
        var architecture = XmlRead.Text(cpu, "arch");
        List<XElement> guests = [.. (root?.Elements("guest") ?? []).Elements("arch").Where(arch => XmlRead.Attribute(arch, "name") == architecture)];
        return new HostCapabilitiesXml(XmlRead.Text(host, "uuid"), architecture, XmlRead.Text(cpu, "model"))
        {
            CpuFeatures = [.. (cpu?.Elements("feature") ?? []).Select(feature => XmlRead.Attribute(feature, "name"))],
            MachineTypes = ReadMachineTypes(guests),
            VirtType = ReadVirtType(guests),
            NumaCells = NumaCellXml.Read(host),
            HugePageSizes = ReadHugePageSizes(cpu),
        };
    }

    private static string[]? ReadMachineTypes(List<XElement> guests)
    {
        // A <domain> lists its additional types; "canonical" is the full name of a short one such as pc.
        string[] types =
        [
            .. guests.Descendants("machine")
                .SelectMany(machine => (string[])[machine.Value, XmlRead.Attribute(machine, "canonical")])
                .Where(type => type.Length > 0)
                .Distinct(StringComparer.Ordinal),
        ];
        return types.Length > 0 ? types : null;
    }

    private static string? ReadVirtType(List<XElement> guests)
    {
        string[] types = [.. guests.Elements("domain").Select(domain => XmlRead.Attribute(domain, "type"))];
        return types.Contains("kvm", StringComparer.Ordinal) ? "kvm" : types.FirstOrDefault();
    }

    private static uint[]? ReadHugePageSizes(XElement? cpu)
    {
        uint[] sizes = [.. (cpu?.Elements("pages") ?? []).Select(pages => (uint)(XmlRead.PageSize(pages).Count >> 10)).Where(size => size > 0).Order()];
        return sizes.Length > 0 ? sizes[1..] : null;
    }
}

/// <summary>A NUMA node of the host.</summary>
/// <param name="Id">Its number on the host.</param>
/// <param name="Memory">Its total memory.</param>
/// <param name="LogicalCpus">Its logical CPUs.</param>
/// <param name="Pages">The number of its pages by page size in KiB.</param>
internal sealed record NumaCellXml(int Id, Bytes Memory, int LogicalCpus, IReadOnlyDictionary<uint, long> Pages)
{
    /// <summary>The host's nodes; null if the capabilities name none.</summary>
    public static IReadOnlyList<NumaCellXml>? Read(XElement? host)
    {
        NumaCellXml[] cells = [.. (host?.Element("topology")?.Element("cells")?.Elements("cell") ?? []).Select(ReadCell).OfType<NumaCellXml>()];
        return cells.Length > 0 ? cells : null;
    }

    private static NumaCellXml? ReadCell(XElement cell)
    {
        if (!int.TryParse(XmlRead.Attribute(cell, "id"), NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            return null;
        var pages = new Dictionary<uint, long>();
        foreach (var kind in cell.Elements("pages"))
            if (long.TryParse(kind.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var count))
                pages[(uint)(XmlRead.PageSize(kind).Count >> 10)] = count;
        return new NumaCellXml(id, XmlRead.Memory(cell.Element("memory")), cell.Element("cpus")?.Elements("cpu").Count() ?? 0, pages);
    }
}
