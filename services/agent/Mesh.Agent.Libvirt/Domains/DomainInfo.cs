using System.Runtime.InteropServices;

namespace Mesh.Agent.Libvirt;

/// <summary>The size and use of a domain (<c>virDomainGetInfo</c>).</summary>
/// <param name="State">Its state.</param>
/// <param name="MaxMemoryBytes">The maximum of its memory.</param>
/// <param name="MemoryBytes">Its current memory.</param>
/// <param name="VirtualCpus">The number of its virtual CPUs.</param>
/// <param name="CpuTime">The CPU time that it has used.</param>
public sealed record DomainInfo(DomainState State, long MaxMemoryBytes, long MemoryBytes, int VirtualCpus, TimeSpan CpuTime);

/// <summary>What libvirt does with a domain's hypervisor process (<c>virDomainGetControlInfo</c>).</summary>
/// <param name="State">What.</param>
/// <param name="For">For how long.</param>
public sealed record DomainControl(DomainControlState State, TimeSpan For);

/// <summary>What libvirt does with a domain's hypervisor process (<c>virDomainControlState</c>).</summary>
public enum DomainControlState
{
    /// <summary>Nothing: it can be queried (<c>VIR_DOMAIN_CONTROL_OK</c>).</summary>
    Ok = 0,

    /// <summary>It is queried, and a job such as a migration runs (<c>VIR_DOMAIN_CONTROL_JOB</c>).</summary>
    Job = 1,

    /// <summary>It is queried, no job runs, and it has not answered yet (<c>VIR_DOMAIN_CONTROL_OCCUPIED</c>).</summary>
    Occupied = 2,

    /// <summary>It cannot be queried any more (<c>VIR_DOMAIN_CONTROL_ERROR</c>).</summary>
    Error = 3,
}

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
