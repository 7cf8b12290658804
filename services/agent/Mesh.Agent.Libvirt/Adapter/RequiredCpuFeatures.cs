using System.Collections.Concurrent;
using System.Xml.Linq;
using Mesh.Agent.Libvirt.Xml;

namespace Mesh.Agent.Libvirt.Adapter;

/// <summary>
/// What machines need of a host's processors, those features included that their models stand for and without those that are switched
/// off. Machines are many and processors few, so libvirt is asked once for each.
/// </summary>
internal sealed class RequiredCpuFeatures
{
    private const int CacheSizeMax = 1_000;
    private readonly ConcurrentDictionary<string, IReadOnlyList<string>?> _cache = new(StringComparer.Ordinal);

    /// <summary>The features; null where the model's own cannot be told.</summary>
    /// <param name="connection">The machine's host.</param>
    /// <param name="xml">What <c>virDomainGetXMLDesc</c> gives of the machine.</param>
    public IReadOnlyList<string>? Get(LibvirtConnection connection, string xml)
    {
        if (ReadCpuElement(xml) is not { } cpu)
            return null;
        if (_cache.TryGetValue(cpu, out var known))
            return known;
        if (_cache.Count >= CacheSizeMax)
            _cache.Clear();
        return _cache[cpu] = ExpandFeatures(connection, cpu);
    }

    /// <summary>The part of a machine's processor that makes out its features; null if it has no model, or is emulated and needs none of the host's.</summary>
    internal static string? ReadCpuElement(string xml)
    {
        var domain = XDocument.Parse(xml).Root!;
        return DomainXml.Attribute(domain, "type") == "kvm" && domain.Element("cpu") is { } cpu && cpu.Element("model") is not null
            ? new XElement("cpu", cpu.Elements("model"), cpu.Elements("vendor"), cpu.Elements("feature")).ToString()
            : null;
    }

    private static string[]? ExpandFeatures(LibvirtConnection connection, string cpu)
    {
        try
        {
            return [.. DomainCapabilitiesXml.Features(connection.ExpandCpuXml(cpu, virtType: "kvm"))];
        }
        catch (LibvirtException)
        {
            return null;
        }
    }
}
