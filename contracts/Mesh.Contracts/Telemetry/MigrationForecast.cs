using Mesh.Contracts.Values;

namespace Mesh.Contracts.Telemetry;

/// <summary>What is to be expected of a migration, worked out anew at every sample.</summary>
public sealed record MigrationForecast
{
    /// <summary>Whether it ends with the parameters as they are.</summary>
    public required bool Converges { get; init; }

    /// <summary>The time until it ends; null if it does not, or if nothing can be said yet.</summary>
    public TimeSpan? TimeToEnd { get; init; }

    /// <summary>The downtime to be expected at the switch-over; where it does not converge, that of switching over at the best moment.</summary>
    public TimeSpan? Downtime { get; init; }

    /// <summary>The rate at which data goes out, smoothed.</summary>
    public BytesPerSecond? Bandwidth { get; init; }

    /// <summary>The rate at which the machine writes memory anew.</summary>
    public BytesPerSecond? DirtyRate { get; init; }

    /// <summary>The whole in one sentence, such as <c>ends in about 12 s with 180 ms of downtime</c>.</summary>
    public required string Text { get; init; }

    /// <summary>Why it does not converge; empty if it does.</summary>
    public string Reason { get; init; } = "";

    /// <summary>What would make it converge; empty if it does, or if nothing would.</summary>
    public string Advice { get; init; } = "";
}
