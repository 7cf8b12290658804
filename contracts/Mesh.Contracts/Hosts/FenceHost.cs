using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Hosts;

/// <summary>
/// Asks that a host be fenced: made sure to be off, so that whatever migrated from or to it may be judged without its word (seed
/// <c>ovirt-vm-migration-states</c>). Answered by <see cref="FenceAnswer"/>.
/// </summary>
/// <param name="Host">The host.</param>
/// <param name="Confirmed">Whether the caller vouches that the host is off; if not, the configured fence command is run.</param>
/// <param name="RequestedBy">Who asks, for the audit.</param>
[MessageName("fence-host")]
public sealed record FenceHost(HostName Host, bool Confirmed, string RequestedBy);
