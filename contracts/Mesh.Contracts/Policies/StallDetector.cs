using Mesh.Contracts.Values;

namespace Mesh.Contracts.Policies;

/// <summary>
/// KubeVirt's stall detector (its enhancement 248). Evaluated at each new pass over memory: the migration stalls when no less remains than the least
/// that remained before the window, minus a margin. From then on it waits for a local minimum and switches over there.
/// </summary>
public sealed record StallDetector
{
    /// <summary>The margin of both comparisons.</summary>
    public Percent Margin { get; init; } = new(4);

    /// <summary>The window; also how long it waits for a local minimum before it settles for the next best.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromSeconds(40);

    /// <summary>The factor by which the waiting time shrinks each time it settles for the next best; more than 0, at most 1.</summary>
    public double PatienceFactor { get; init; } = 0.5;

    /// <summary>Whether it waits for a local minimum at all.</summary>
    public bool SearchLocalMinimum { get; init; } = true;

    /// <summary>The weight of a new sample in the smoothed bandwidth; more than 0, at most 1.</summary>
    public double BandwidthWeight { get; init; } = 0.4;

    /// <summary>Pre-copy switches over up to this many times the downtime budget; 1 or more.</summary>
    public double PreCopyFactor { get; init; } = 1.5;

    /// <summary>The migration must end within this many times the completion timeout; 1 or more.</summary>
    public double CompletionFactor { get; init; } = 2;
}
