using Mesh.Contracts.Agents;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Tests.Schemas;

/// <summary>What agents and mesh say to each other, and on which queue; the schemas and the AsyncAPI document cover exactly this.</summary>
internal static class AgentMessages
{
    public static IReadOnlyList<(string Channel, string Address, Type Type)> Channels { get; } =
    [
        ("commands", CommandsAddress, typeof(AgentCommand)),
        ("commandAnswers", AgentQueues.CommandAnswers, typeof(CommandAnswer)),
        ("agentEvents", AgentQueues.AgentEvents, typeof(AgentEvent)),
        ("hostReports", AgentQueues.HostReports, typeof(HostReport)),
        ("hostInventories", AgentQueues.HostInventories, typeof(HostInventory)),
    ];

    /// <summary>Everything that has a schema file of its own: the messages, and the file of an exported inventory.</summary>
    public static IReadOnlyList<Type> Documents { get; } = [.. Channels.Select(channel => channel.Type), typeof(Fleet)];

    // A host's name cannot hold braces, so the template is made from a name that can be found again.
    private static string CommandsAddress => AgentQueues.Commands(new HostName("HOST")).Replace("HOST", "{host}", StringComparison.Ordinal);
}
