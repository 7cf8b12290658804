using System.Collections.Concurrent;
using System.Xml.Linq;
using Mesh.Agent.Libvirt.Xml;

namespace Mesh.Agent.Libvirt.Adapter;

/// <summary>
/// The host CPU features that VMs require, including those implied by their models and without disabled ones. VMs are many and their CPU
/// definitions few, so libvirt is queried once per definition.
/// </summary>
internal sealed class RequiredCpuFeatures
{
    private const int CacheSizeMax = 1_000;
    private readonly ConcurrentDictionary<string, IReadOnlyList<string>?> _cache = new(StringComparer.Ordinal);

    /// <summary>The features; null if those of the model are unknown.</summary>
    /// <param name="connection">The VM's host.</param>
    /// <param name="xml">The VM's domain XML.</param>
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

    /// <summary>The part of a VM's CPU definition that determines its features; null if it has no model, or is emulated and requires none.</summary>
    internal static string? ReadCpuElement(string xml)
    {
        var domain = XDocument.Parse(xml).Root!;
        return XmlRead.Attribute(domain, "type") == "kvm" && domain.Element("cpu") is { } cpu && cpu.Element("model") is not null
            ? new XElement("cpu", cpu.Elements("model"), cpu.Elements("vendor"), cpu.Elements("feature")).ToString()
            : null;
    }

    private static string[]? ExpandFeatures(LibvirtConnection connection, string cpu) =>
        LibvirtException.NullOnError<string[]>(() => [.. DomainCapabilitiesXml.Features(connection.ExpandCpuXml(cpu, virtType: "kvm"))]);
}
