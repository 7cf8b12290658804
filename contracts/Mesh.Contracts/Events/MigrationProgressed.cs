using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Events;

/// <summary>New telemetry of a migration.</summary>
public sealed record MigrationProgressed : MigrationEvent
{
    /// <summary>How much has been copied; never goes back.</summary>
    public required Percent Progress { get; init; }

    /// <summary>The telemetry.</summary>
    public required MigrationSample Sample { get; init; }

    /// <summary>What is to be expected; null before anything can be said.</summary>
    public MigrationForecast? Forecast { get; init; }
}
