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

    /// <summary>The host.</summary>
    public required HostName Host { get; init; }

    /// <summary>The host's UUID, as in its inventory; null from an agent that gives none.</summary>
    [Limits(0, MessageLimits.NameLengthMax)]
    public string? HostUuid { get; init; }

    /// <summary>The migration.</summary>
    public required MigrationId MigrationId { get; init; }

    /// <summary>The attempt.</summary>
    public required Epoch Epoch { get; init; }

    /// <summary>The VM.</summary>
    public required VmId VmId { get; init; }

    /// <summary>When it happened, by the host's clock.</summary>
    public required DateTimeOffset At { get; init; }
}
