using System.Runtime.InteropServices;

namespace Mesh.Agent.Libvirt;

/// <summary>The size and use of a domain (<c>virDomainGetInfo</c>).</summary>
/// <param name="State">Its state.</param>
/// <param name="MaxMemoryBytes">The maximum of its memory.</param>
/// <param name="MemoryBytes">Its current memory.</param>
/// <param name="VirtualCpus">The number of its virtual CPUs.</param>
/// <param name="CpuTime">The CPU time that it has used.</param>
public sealed record DomainInfo(DomainState State, long MaxMemoryBytes, long MemoryBytes, int VirtualCpus, TimeSpan CpuTime);

/// <summary>The sizes of a disk (<c>virDomainGetBlockInfo</c>).</summary>
/// <param name="CapacityBytes">The size that the guest sees.</param>
/// <param name="AllocationBytes">The storage that its image occupies on the host; sparse parts do not count.</param>
/// <param name="PhysicalBytes">The size of the image's container on the host.</param>
public sealed record DomainBlockInfo(long CapacityBytes, long AllocationBytes, long PhysicalBytes);

/// <summary>The state of a domain and its reason (<c>virDomainGetState</c>).</summary>
/// <param name="State">The state; a value without a name when a newer libvirt has more.</param>
/// <param name="RawReason">libvirt's reason, whose numbers start over for each state.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct DomainStatus(DomainState State, int RawReason)
{
    /// <summary>The reason; a value without a name when a newer libvirt has more.</summary>
    public DomainStateReason Reason => (DomainStateReason)(((int)State << 8) | RawReason);
}
