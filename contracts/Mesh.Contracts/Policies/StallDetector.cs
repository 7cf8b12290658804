using Mesh.Contracts.Values;

namespace Mesh.Contracts.Policies;

/// <summary>
/// KubeVirt's stall detector (its enhancement 248). Judged at each new pass over memory: it stalls when no less remains than the least
/// that remained longer ago than the window, less a margin. From then on it waits for a local minimum and switches over there.
/// </summary>
public sealed record StallDetector
{
    /// <summary>The margin of both comparisons.</summary>
    public Percent Margin { get; init; } = new(4);

    /// <summary>The window; also how long a local minimum is waited for before the next best will do.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromSeconds(40);

    /// <summary>By what the patience is multiplied each time the next best will do; more than 0, at most 1.</summary>
    public double PatienceFactor { get; init; } = 0.5;

    /// <summary>Whether a local minimum is waited for at all.</summary>
    public bool SearchLocalMinimum { get; init; } = true;

    /// <summary>Weight of a new sample in the smoothed bandwidth; more than 0, at most 1.</summary>
    public double BandwidthWeight { get; init; } = 0.4;

    /// <summary>Up to this many times the downtime budget, pre-copy is switched over; 1 or more.</summary>
    public double PreCopyFactor { get; init; } = 1.5;

    /// <summary>What must be done within this many times the completion timeout; 1 or more.</summary>
    public double CompletionFactor { get; init; } = 2;
}
