using Mesh.Contracts.Hosts;

namespace Mesh.Agent.Hypervisors;

/// <summary>A host as its hypervisor describes it.</summary>
/// <param name="Capacity">Processors and memory.</param>
/// <param name="Hypervisor">What runs the machines.</param>
public sealed record HostDescription(HostCapacity Capacity, HypervisorInfo Hypervisor);
