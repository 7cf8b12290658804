namespace Mesh.Contracts.Agents;

/// <summary>What agents and mesh have agreed on beside the form of their messages: its version, which rises when older agents are no longer compatible, and the heartbeat.</summary>
public static class AgentProtocol
{
    /// <summary>The version that these contracts describe: 2, since mesh 0.2.</summary>
    public const int Current = 2;

    /// <summary>The version of an agent that reports none: mesh 0.1.</summary>
    public const int Unversioned = 1;

    /// <summary>The longest time between two heartbeats of a mesh with unfinished migrations.</summary>
    public static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(30);

    /// <summary>Why the mesh rejects an agent of this version; null if it accepts it.</summary>
    public static string? FindProblem(int version) => version >= Current
        ? null
        : $"its agent uses protocol {version}, and this mesh requires {Current}: upgrade the agent";
}
