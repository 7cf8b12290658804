using Mesh.Contracts.Values;

namespace Mesh.Contracts.Agents;

/// <summary>
/// Names of the queues (and of the exchanges of the same name in front of them) between agents and mesh. Each holds plain
/// JSON of one type, so that an agent can be written in any language; <c>infra/docs/asyncapi.yaml</c> describes them.
/// </summary>
public static class AgentQueues
{
    /// <summary>To the mesh: <see cref="Hosts.HostReport"/>.</summary>
    public const string HostReports = "mesh.host-reports";

    /// <summary>To the mesh: <see cref="Hosts.HostInventory"/>.</summary>
    public const string HostInventories = "mesh.host-inventories";

    /// <summary>To the mesh: <see cref="CommandAnswer"/>.</summary>
    public const string CommandAnswers = "mesh.command-answers";

    /// <summary>To the mesh: <see cref="AgentEvent"/>.</summary>
    public const string AgentEvents = "mesh.agent-events";

    /// <summary>To every agent: <see cref="MeshHeartbeat"/>. An exchange, to which each agent binds a queue of its own.</summary>
    public const string Heartbeats = "mesh.messages.mesh-heartbeat";

    /// <summary>To one host's agent: <see cref="AgentCommand"/>.</summary>
    public static string Commands(HostName host) => $"mesh.agent.{host}.commands";
}
