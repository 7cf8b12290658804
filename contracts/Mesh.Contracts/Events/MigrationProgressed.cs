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

    /// <summary>Whether it is stalled; ends with the next new low of what remains.</summary>
    public bool Stalled { get; init; }

    /// <summary>The forecast; null before the first one.</summary>
    public MigrationForecast? Forecast { get; init; }
}
