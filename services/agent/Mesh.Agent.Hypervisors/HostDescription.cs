using Mesh.Contracts.Hosts;

namespace Mesh.Agent.Hypervisors;

/// <summary>A host as its hypervisor describes it.</summary>
/// <param name="Capacity">CPUs and memory.</param>
/// <param name="Hypervisor">The hypervisor's own description.</param>
public sealed record HostDescription(HostCapacity Capacity, HypervisorInfo Hypervisor)
{
    /// <summary>Its labels; null for none. Those of the agent's settings take precedence.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>Bridges and active networks that a VM can be connected to; null if unknown.</summary>
    public IReadOnlyList<string>? Networks { get; init; }

    /// <summary>Storage that it can reach; null if unknown.</summary>
    public IReadOnlyList<HostStorage>? Storage { get; init; }
}
