using Mesh.Contracts.Agents;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Tests.Schemas;

/// <summary>The messages between agents and mesh, with their queues; the schemas and the AsyncAPI document cover exactly these.</summary>
internal static class AgentMessages
{
    public static IReadOnlyList<(string Channel, string Address, Type Type)> Channels { get; } =
    [
        ("commands", CommandsAddress, typeof(AgentCommand)),
        ("commandAnswers", AgentQueues.CommandAnswers, typeof(CommandAnswer)),
        ("agentEvents", AgentQueues.AgentEvents, typeof(AgentEvent)),
        ("hostReports", AgentQueues.HostReports, typeof(HostReport)),
        ("hostInventories", AgentQueues.HostInventories, typeof(HostInventory)),
        (Heartbeats, AgentQueues.Heartbeats, typeof(MeshHeartbeat)),
    ];

    /// <summary>The channel that is an exchange, to which each agent binds a queue of its own.</summary>
    public const string Heartbeats = "heartbeats";

    /// <summary>All types with their own schema file: the messages, and the file of an exported inventory.</summary>
    public static IReadOnlyList<Type> Documents { get; } = [.. Channels.Select(channel => channel.Type), typeof(Fleet)];

    /// <summary>The messages that the mesh checks at intake.</summary>
    public static IReadOnlyList<Type> Received { get; } = [.. Channels.Where(channel => channel.Type != typeof(AgentCommand)).Select(channel => channel.Type)];

    // A host name cannot contain braces, so the template is made from a placeholder name.
    private static string CommandsAddress => AgentQueues.Commands(new HostName("HOST")).Replace("HOST", "{host}", StringComparison.Ordinal);
}
