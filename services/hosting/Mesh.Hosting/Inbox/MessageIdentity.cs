using Mesh.Contracts.Agents;

namespace Mesh.Hosting.Inbox;

/// <summary>
/// What makes a message the same one when it comes again: its sender and the identity that the sender gave it. Nothing that the
/// broker gives counts, because a sender that repeats itself is given something new there.
/// </summary>
/// <param name="Value">The identity as it is kept.</param>
public readonly record struct MessageIdentity(string Value)
{
    /// <summary>The identity of an answer: an attempt's command is answered once.</summary>
    public static MessageIdentity From(CommandAnswer answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        return new($"answer/{answer.Host}/{answer.MigrationId}/{answer.Epoch.Number}/{answer.CommandId}");
    }

    /// <summary>The identity of an event; null if its agent gave it none.</summary>
    public static MessageIdentity? From(AgentEvent agentEvent)
    {
        ArgumentNullException.ThrowIfNull(agentEvent);
        return agentEvent.EventId is { } id ? new($"event/{agentEvent.Host}/{id}") : null;
    }

    /// <summary>The identity as it is kept.</summary>
    public override string ToString() => Value ?? "";
}
