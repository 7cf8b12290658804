using Mesh.Contracts.Values;

namespace Mesh.Contracts.Telemetry;

/// <summary>The forecast of a migration, updated with every sample.</summary>
public sealed record MigrationForecast
{
    /// <summary>Whether it ends with its current parameters.</summary>
    public required bool Converges { get; init; }

    /// <summary>The time until it ends; null if it does not, or if that is unknown.</summary>
    public TimeSpan? TimeToEnd { get; init; }

    /// <summary>The expected downtime of the switchover; if it does not converge, the lowest possible downtime.</summary>
    public TimeSpan? Downtime { get; init; }

    /// <summary>The smoothed rate at which data is sent.</summary>
    public BytesPerSecond? Bandwidth { get; init; }

    /// <summary>The rate at which the guest dirties memory.</summary>
    public BytesPerSecond? DirtyRate { get; init; }

    /// <summary>The forecast in one sentence, such as <c>ends in about 12 s with 180 ms of downtime</c>.</summary>
    public required string Text { get; init; }

    /// <summary>Why it does not converge; empty if it does.</summary>
    public string Reason { get; init; } = "";

    /// <summary>What would make it converge; empty if it does, or if nothing would.</summary>
    public string Advice { get; init; } = "";
}
