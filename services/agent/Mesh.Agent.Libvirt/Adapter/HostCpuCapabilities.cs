using Mesh.Agent.Libvirt.Xml;

namespace Mesh.Agent.Libvirt.Adapter;

/// <summary>The CPUs that VMs can have on a host. Read once per connection: they change only with the hypervisor.</summary>
/// <param name="CpuModels">Names of models; null if unknown.</param>
/// <param name="CpuFeatures">All features, including emulated ones and those implied by models; null if unknown.</param>
internal sealed record HostCpuCapabilities(IReadOnlyList<string>? CpuModels, IReadOnlyList<string>? CpuFeatures)
{
    public static HostCpuCapabilities Read(LibvirtConnection connection)
    {
        var host = HostCapabilitiesXml.Read(connection.GetCapabilitiesXml());
        var capabilities = DomainCapabilitiesXml.Read(connection.GetDomainCapabilitiesXml(architecture: host.Architecture, virtType: host.VirtType));
        var features = Features(connection, host, capabilities.HostModel);

        // A VM with some features of its model disabled can run where the model is not usable as a whole. So where features can be compared
        // one by one, it is enough that the hypervisor knows the model.
        return new HostCpuCapabilities(features is null ? capabilities.UsableModels : capabilities.CpuModels, features);
    }

    /// <summary>All features, or null: a list without those implied by models would exclude VMs that can run here.</summary>
    private static string[]? Features(LibvirtConnection connection, HostCapabilitiesXml host, string? hostModel)
    {
        if (hostModel is null)
            return null;
        return LibvirtException.NullOnError<string[]>(() =>
        {
            var expanded = connection.ExpandCpuXml(hostModel, host.Architecture, host.VirtType);
            IEnumerable<string> all = [.. DomainCapabilitiesXml.Features(expanded), .. DomainCapabilitiesXml.Features(hostModel), .. host.CpuFeatures];
            return [.. all.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        });
    }
}
