using System.Text.Json.Serialization;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Agents;

/// <summary>An event of a migration on a host that must not wait for the next report.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event", UnknownDerivedTypeHandling = JsonUnknownDerivedTypeHandling.FailSerialization)]
[JsonDerivedType(typeof(JobEnded), "jobEnded")]
[JsonDerivedType(typeof(JobStalled), "jobStalled")]
[JsonDerivedType(typeof(LimitReached), "limitReached")]
[MessageName("agent-event")]
public abstract record AgentEvent
{
    /// <summary>
    /// The event's identity, the same each time it is sent, such as <c>migration.epoch.agentEpoch.number</c>. Null from an agent
    /// that gives none: then a repeated event cannot be distinguished from a new one.
    /// </summary>
    public AgentEventId? EventId { get; init; }

    /// <summary>The host. The agent sets it and the rest of the header when it publishes the event.</summary>
    [JsonRequired]
    public HostName Host { get; init; }

    /// <summary>The host's UUID, as in its inventory; null from an agent that gives none.</summary>
    [Limits(0, MessageLimits.NameLengthMax)]
    public string? HostUuid { get; init; }

    /// <summary>The migration.</summary>
    [JsonRequired]
    public MigrationId MigrationId { get; init; }

    /// <summary>The attempt.</summary>
    [JsonRequired]
    public Epoch Epoch { get; init; }

    /// <summary>The VM.</summary>
    [JsonRequired]
    public VmId VmId { get; init; }

    /// <summary>When it happened, by the host's clock.</summary>
    [JsonRequired]
    public DateTimeOffset At { get; init; }
}
