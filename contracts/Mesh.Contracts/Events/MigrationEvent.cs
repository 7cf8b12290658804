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
    /// <summary>The migration. The publisher of the event sets it and the rest of the header.</summary>
    [JsonRequired]
    public MigrationId MigrationId { get; init; }

    /// <summary>The VM's name.</summary>
    [JsonRequired]
    public string VmName { get; init; } = "";

    /// <summary>The source; null if unknown.</summary>
    public HostName? Source { get; init; }

    /// <summary>The destination; null until it is decided.</summary>
    public HostName? Destination { get; init; }

    /// <summary>When it happened, by the mesh's clock.</summary>
    [JsonRequired]
    public DateTimeOffset At { get; init; }
}
