using Mesh.Contracts.Hosts;

namespace Mesh.Agent.Hypervisors;

/// <summary>A host as its hypervisor describes it.</summary>
/// <param name="Capacity">Processors and memory.</param>
/// <param name="Hypervisor">What runs the machines.</param>
public sealed record HostDescription(HostCapacity Capacity, HypervisorInfo Hypervisor)
{
    /// <summary>Its labels; null for none. Those of the agent's settings count before them.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>Bridges and active networks that a machine can be connected to; null if unknown.</summary>
    public IReadOnlyList<string>? Networks { get; init; }

    /// <summary>Storage that it reaches; null if unknown.</summary>
    public IReadOnlyList<HostStorage>? Storage { get; init; }
}
