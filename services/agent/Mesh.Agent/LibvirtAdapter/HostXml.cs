using System.Xml.Linq;

namespace Mesh.Agent.LibvirtAdapter;

/// <summary>What an agent reads out of libvirt's capabilities.</summary>
/// <param name="Uuid">The host's UUID; empty if none.</param>
/// <param name="Architecture">Such as <c>x86_64</c>.</param>
/// <param name="CpuModel">The host CPU's model; empty if unknown.</param>
internal sealed record HostXml(string Uuid, string Architecture, string CpuModel)
{
    public static HostXml Read(string capabilities)
    {
        var host = XDocument.Parse(capabilities).Root?.Element("host");
        var cpu = host?.Element("cpu");
        return new HostXml(DomainXml.Text(host, "uuid"), DomainXml.Text(cpu, "arch"), DomainXml.Text(cpu, "model"));
    }
}
