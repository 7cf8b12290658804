using System.Runtime.InteropServices;

namespace Mesh.Agent.Libvirt;

/// <summary>The state of a domain and why it is in it (<c>virDomainGetState</c>).</summary>
/// <param name="State">The state; a value without a name when a newer libvirt has more.</param>
/// <param name="RawReason">libvirt's reason, numbered anew for each state.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct DomainStatus(DomainState State, int RawReason)
{
    /// <summary>The reason; a value without a name when a newer libvirt has more.</summary>
    public DomainStateReason Reason => (DomainStateReason)(((int)State << 8) | RawReason);
}
