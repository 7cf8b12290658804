using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Hosts;

/// <summary>
/// Asks to fence a host: to ensure that it is off, so that its migrations can be resolved without its reports (seed
/// <c>ovirt-vm-migration-states</c>). Answered by <see cref="FenceAnswer"/>.
/// </summary>
/// <param name="Host">The host.</param>
/// <param name="Confirmed">Whether the caller confirms that the host is off; if not, the configured fence command is run.</param>
/// <param name="RequestedBy">Who requests it, for the audit log.</param>
[MessageName("fence-host")]
public sealed record FenceHost(HostName Host, bool Confirmed, string RequestedBy);
