using Mesh.Contracts.Agents;
using Mesh.Hosting.Inbox;

namespace Mesh.Migrations.Host.Grains;

/// <summary>What identifies an agent's message when it is repeated.</summary>
internal static class AgentMessageIdentity
{
    /// <summary>An attempt's command is answered once.</summary>
    public static MessageIdentity From(CommandAnswer answer) =>
        new($"answer/{answer.Host}/{answer.MigrationId}/{answer.Epoch.Number}/{answer.CommandId}");

    /// <summary>Null if its agent gave the event no identity.</summary>
    public static MessageIdentity? From(AgentEvent agentEvent) =>
        agentEvent.EventId is { } id ? new MessageIdentity($"event/{agentEvent.Host}/{id}") : null;
}
