namespace Mesh.Agent.Libvirt;

/// <summary>The size and use of a domain (<c>virDomainGetInfo</c>).</summary>
/// <param name="State">Its state.</param>
/// <param name="MaxMemoryBytes">The memory that it may have.</param>
/// <param name="MemoryBytes">The memory that it has now.</param>
/// <param name="VirtualCpus">The number of its virtual CPUs.</param>
/// <param name="CpuTime">The CPU time that it has used.</param>
public sealed record DomainInfo(DomainState State, long MaxMemoryBytes, long MemoryBytes, int VirtualCpus, TimeSpan CpuTime);
