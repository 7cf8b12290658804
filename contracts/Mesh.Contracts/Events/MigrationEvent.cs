using System.Text.Json.Serialization;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Events;

/// <summary>A fact about a migration, published by the migrations service for all subscribers.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event", UnknownDerivedTypeHandling = JsonUnknownDerivedTypeHandling.FailSerialization)]
[JsonDerivedType(typeof(MigrationRequested), "requested")]
[JsonDerivedType(typeof(MigrationPhaseChanged), "phaseChanged")]
[JsonDerivedType(typeof(MigrationProgressed), "progressed")]
[JsonDerivedType(typeof(MigrationStalled), "stalled")]
[JsonDerivedType(typeof(MigrationChangeRequested), "changeRequested")]
[JsonDerivedType(typeof(MigrationParametersChanged), "parametersChanged")]
[JsonDerivedType(typeof(MigrationLimitReached), "limitReached")]
[JsonDerivedType(typeof(MigrationRequeued), "requeued")]
[JsonDerivedType(typeof(MigrationEnded), "ended")]
[MessageName("migration-event")]
public abstract record MigrationEvent
{
    /// <summary>The migration. It and the rest of the head are set by whoever publishes the event.</summary>
    [JsonRequired]
    public MigrationId MigrationId { get; init; }

    /// <summary>The VM's name.</summary>
    [JsonRequired]
    public string VmName { get; init; } = "";

    /// <summary>Where it came from; null if unknown.</summary>
    public HostName? Source { get; init; }

    /// <summary>Where it goes; null while that is not decided.</summary>
    public HostName? Destination { get; init; }

    /// <summary>When it happened, by the mesh's clock.</summary>
    [JsonRequired]
    public DateTimeOffset At { get; init; }
}
