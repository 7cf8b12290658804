using Mesh.Contracts.Values;

namespace Mesh.Contracts.Hosts;

/// <summary>A fencing that is still in effect: the host has not reported since.</summary>
/// <param name="Host">The host.</param>
/// <param name="AgentEpoch">The newest agent process that had reported from there; only a later one ends the fencing.</param>
/// <param name="At">When it was fenced, by the mesh's clock.</param>
/// <param name="RequestedBy">Who fenced it.</param>
public sealed record HostFence(HostName Host, long AgentEpoch, DateTimeOffset At, string RequestedBy);
