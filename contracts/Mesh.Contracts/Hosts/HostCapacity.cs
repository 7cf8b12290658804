using Mesh.Contracts.Values;

namespace Mesh.Contracts.Hosts;

/// <summary>A host's processors and memory.</summary>
/// <param name="Architecture">As libvirt names it, such as <c>x86_64</c> (<c>virNodeGetInfo</c>).</param>
/// <param name="CpuModel">The host CPU's model in libvirt's capabilities; empty if unknown.</param>
/// <param name="LogicalCpus">Active logical processors; one or more.</param>
/// <param name="Memory">Memory of the host in all.</param>
/// <param name="FreeMemory">Memory free now (<c>virNodeGetFreeMemory</c>), or that libvirt's host could free for a machine.</param>
public sealed record HostCapacity(string Architecture, string CpuModel, int LogicalCpus, Bytes Memory, Bytes FreeMemory);
