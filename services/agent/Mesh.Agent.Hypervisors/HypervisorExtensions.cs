using Mesh.Contracts.Values;

namespace Mesh.Agent.Hypervisors;

/// <summary>Queries that every hypervisor answers in the same way.</summary>
public static class HypervisorExtensions
{
    /// <summary>The state of one VM; null if the host does not have it.</summary>
    public static async Task<VmState?> FindVmAsync(this IHypervisor hypervisor, VmId vm, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(hypervisor);
        return (await hypervisor.ListVmsAsync(cancellation)).FirstOrDefault(known => known.Id == vm);
    }
}
