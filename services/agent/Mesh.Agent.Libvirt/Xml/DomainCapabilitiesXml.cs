using System.Xml.Linq;

namespace Mesh.Agent.Libvirt.Xml;

/// <summary>libvirt's domain capabilities, as far as an agent needs them: the CPUs that VMs can have on this host.</summary>
/// <param name="CpuModels">Every model that the hypervisor knows; null if unknown.</param>
/// <param name="UsableModels">The models whose features the host has, or may have; null if unknown.</param>
/// <param name="HostModel">The CPU of a VM in mode <c>host-model</c>, as an element <c>cpu</c>; null if there is none.</param>
internal sealed record DomainCapabilitiesXml(IReadOnlyList<string>? CpuModels, IReadOnlyList<string>? UsableModels, string? HostModel)
{
    public static DomainCapabilitiesXml Read(string capabilities)
    {
        List<XElement> modes =
        [
            .. (XDocument.Parse(capabilities).Root?.Element("cpu")?.Elements("mode") ?? []).Where(mode => XmlRead.Attribute(mode, "supported") == "yes"),
        ];
        var named = modes.FirstOrDefault(mode => XmlRead.Attribute(mode, "name") == "custom");
        var host = modes.FirstOrDefault(mode => XmlRead.Attribute(mode, "name") == "host-model");

        // If libvirt does not know whether a model is usable, it is included.
        return new DomainCapabilitiesXml(
            Names(named?.Elements("model")),
            Names(named?.Elements("model").Where(model => XmlRead.Attribute(model, "usable") != "no")),
            host?.Element("model") is null ? null : new XElement("cpu", host.Nodes()).ToString());
    }

    private static string[]? Names(IEnumerable<XElement>? models) => models is null ? null : [.. models.Select(model => model.Value)];

    /// <summary>The features that an element <c>cpu</c> requires or, for a host, provides.</summary>
    public static IEnumerable<string> Features(string cpu) => XDocument.Parse(cpu).Root!.Elements("feature")
        .Where(feature => XmlRead.Attribute(feature, "policy") is "" or "require" or "force")
        .Select(feature => XmlRead.Attribute(feature, "name"));
}
