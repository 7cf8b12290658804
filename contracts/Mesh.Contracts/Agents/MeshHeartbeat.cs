using Mesh.Contracts.Serialization;

namespace Mesh.Contracts.Agents;

/// <summary>
/// Published by the mesh while migrations are unfinished, at least every <see cref="AgentProtocol.HeartbeatInterval"/>. An agent that hears
/// neither this nor a command is on its own: it then limits how long a migration without a completion timeout may run.
/// </summary>
/// <param name="At">When it was sent, by the mesh's clock.</param>
[MessageName("mesh-heartbeat")]
public sealed record MeshHeartbeat(DateTimeOffset At);
