using Mesh.Agent.Libvirt.Xml;

namespace Mesh.Agent.Libvirt.Adapter;

/// <summary>Which processors machines may have on a host. Asked once for each connection: it changes with the hypervisor only.</summary>
/// <param name="CpuModels">Models by their names; null if unknown.</param>
/// <param name="CpuFeatures">All features, those included that the hypervisor emulates or that a model stands for; null if unknown.</param>
internal sealed record HostCpuCapabilities(IReadOnlyList<string>? CpuModels, IReadOnlyList<string>? CpuFeatures)
{
    public static HostCpuCapabilities Read(LibvirtConnection connection)
    {
        var host = HostCapabilitiesXml.Read(connection.GetCapabilitiesXml());
        var capabilities = DomainCapabilitiesXml.Read(connection.GetDomainCapabilitiesXml(architecture: host.Architecture, virtType: host.VirtType));
        var features = Features(connection, host, capabilities.HostModel);

        // A machine may have features of its model switched off, and then runs where the model is not usable as a whole. Where features
        // can be compared one by one, they tell: of the model, the hypervisor need know the name only.
        return new HostCpuCapabilities(features is null ? capabilities.UsableModels : capabilities.CpuModels, features);
    }

    /// <summary>Without those that models stand for, the list would speak against machines that can run here: then rather none.</summary>
    private static string[]? Features(LibvirtConnection connection, HostCapabilitiesXml host, string? hostModel)
    {
        if (hostModel is null)
            return null;
        try
        {
            var expanded = connection.ExpandCpuXml(hostModel, host.Architecture, host.VirtType);
            IEnumerable<string> all = [.. DomainCapabilitiesXml.Features(expanded), .. DomainCapabilitiesXml.Features(hostModel), .. host.CpuFeatures];
            return [.. all.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        }
        catch (LibvirtException)
        {
            return null;
        }
    }
}
