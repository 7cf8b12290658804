using System.Xml.Linq;

namespace Mesh.Agent.Libvirt.Xml;

/// <summary>What an agent reads out of libvirt's capabilities. None of it changes while libvirt's daemon runs, but for the pages set aside.</summary>
/// <param name="Uuid">The host's UUID; empty if none.</param>
/// <param name="Architecture">Such as <c>x86_64</c>.</param>
/// <param name="CpuModel">The host CPU's model; empty if unknown.</param>
internal sealed record HostCapabilitiesXml(string Uuid, string Architecture, string CpuModel)
{
    /// <summary>Features that the host CPU has beyond those of its model.</summary>
    public IReadOnlyList<string> CpuFeatures { get; init; } = [];

    /// <summary>Every machine type for machines of the host's own architecture, under all its names; null if none is named.</summary>
    public IReadOnlyList<string>? MachineTypes { get; init; }

    /// <summary>How machines of the host's own architecture are best run: <c>kvm</c>, or else <c>qemu</c>; null if unknown.</summary>
    public string? VirtType { get; init; }

    /// <summary>The host's NUMA nodes; null if the capabilities name none.</summary>
    public IReadOnlyList<NumaCellXml>? NumaCells { get; init; }

    /// <summary>Sizes of pages larger than the ordinary one, in KiB; null if unknown.</summary>
    public IReadOnlyList<uint>? HugePageSizes { get; init; }

    public static HostCapabilitiesXml Read(string capabilities)
    {
        var root = XDocument.Parse(capabilities).Root;
        var host = root?.Element("host");
        var cpu = host?.Element("cpu");
        var architecture = DomainXml.Text(cpu, "arch");
        List<XElement> guests = [.. (root?.Elements("guest") ?? []).Elements("arch").Where(arch => DomainXml.Attribute(arch, "name") == architecture)];
        return new HostCapabilitiesXml(DomainXml.Text(host, "uuid"), architecture, DomainXml.Text(cpu, "model"))
        {
            CpuFeatures = [.. (cpu?.Elements("feature") ?? []).Select(feature => DomainXml.Attribute(feature, "name"))],
            MachineTypes = ReadMachineTypes(guests),
            VirtType = ReadVirtType(guests),
            NumaCells = NumaCellXml.Read(host),
            HugePageSizes = ReadHugePageSizes(cpu),
        };
    }

    private static string[]? ReadMachineTypes(List<XElement> guests)
    {
        // Those of a <domain> are what it has besides; "canonical" tells what a short name such as pc stands for.
        string[] types =
        [
            .. guests.Descendants("machine")
                .SelectMany(machine => (string[])[machine.Value, DomainXml.Attribute(machine, "canonical")])
                .Where(type => type.Length > 0)
                .Distinct(StringComparer.Ordinal),
        ];
        return types.Length > 0 ? types : null;
    }

    private static string? ReadVirtType(List<XElement> guests)
    {
        string[] types = [.. guests.Elements("domain").Select(domain => DomainXml.Attribute(domain, "type"))];
        return types.Contains("kvm", StringComparer.Ordinal) ? "kvm" : types.FirstOrDefault();
    }

    private static uint[]? ReadHugePageSizes(XElement? cpu)
    {
        uint[] sizes = [.. (cpu?.Elements("pages") ?? []).Select(pages => (uint)(PageSizeXml.Read(pages).Count >> 10)).Where(size => size > 0).Order()];
        return sizes.Length > 0 ? sizes[1..] : null;
    }
}
