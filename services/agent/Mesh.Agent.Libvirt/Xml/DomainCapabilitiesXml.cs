using System.Xml.Linq;

namespace Mesh.Agent.Libvirt.Xml;

/// <summary>What an agent reads out of libvirt's domain capabilities: which processors machines may have on this host.</summary>
/// <param name="CpuModels">Every model that the hypervisor knows; null if unknown.</param>
/// <param name="UsableModels">Those of them whose features the host has, or may have, all; null if unknown.</param>
/// <param name="HostModel">The processor that a machine of mode <c>host-model</c> is given, as an element <c>cpu</c>; null if there is none.</param>
internal sealed record DomainCapabilitiesXml(IReadOnlyList<string>? CpuModels, IReadOnlyList<string>? UsableModels, string? HostModel)
{
    public static DomainCapabilitiesXml Read(string capabilities)
    {
        List<XElement> modes =
        [
            .. (XDocument.Parse(capabilities).Root?.Element("cpu")?.Elements("mode") ?? []).Where(mode => DomainXml.Attribute(mode, "supported") == "yes"),
        ];
        var named = modes.FirstOrDefault(mode => DomainXml.Attribute(mode, "name") == "custom");
        var host = modes.FirstOrDefault(mode => DomainXml.Attribute(mode, "name") == "host-model");

        // libvirt may not know which models are usable: then none is ruled out.
        return new DomainCapabilitiesXml(
            Names(named?.Elements("model")),
            Names(named?.Elements("model").Where(model => DomainXml.Attribute(model, "usable") != "no")),
            host?.Element("model") is null ? null : new XElement("cpu", host.Nodes()).ToString());
    }

    private static string[]? Names(IEnumerable<XElement>? models) => models is null ? null : [.. models.Select(model => model.Value)];

    /// <summary>The features that an element <c>cpu</c> requires or, of a host, has.</summary>
    public static IEnumerable<string> Features(string cpu) => XDocument.Parse(cpu).Root!.Elements("feature")
        .Where(feature => DomainXml.Attribute(feature, "policy") is "" or "require" or "force")
        .Select(feature => DomainXml.Attribute(feature, "name"));
}
