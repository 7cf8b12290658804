using Mesh.Contracts.Values;

namespace Mesh.Policy.Model;

/// <summary>What has been learnt from a migration's telemetry so far; everything that a forecast needs. Kept with the plan as JSON.</summary>
public sealed record EstimatorState
{
    /// <summary>Nothing seen yet.</summary>
    public static readonly EstimatorState Empty = new();

    /// <summary>The newest sample; null before the first.</summary>
    public ObservedSample? LastSample { get; init; }

    /// <summary>The rate at which data goes out, smoothed; null before any went.</summary>
    public BytesPerSecond? Bandwidth { get; init; }

    /// <summary>The highest smoothed rate lately, what the link usually gives; it is forgotten by half in a minute.</summary>
    public BytesPerSecond UsualBandwidth { get; init; }

    /// <summary>When more had gone out than at the sample before, as time since the copying began.</summary>
    public TimeSpan ProgressedAt { get; init; }

    /// <summary>Since when the machine has stood still on the source; null while it runs.</summary>
    public TimeSpan? PausedSince { get; init; }

    /// <summary>Bytes on the wire for a byte of memory in the first pass, where pages of zeros go as marks; 1 until it is known.</summary>
    public double FirstWireFactor { get; init; } = 1;

    /// <summary>Bytes on the wire for a byte of memory in later passes, below 1 where they are compressed; 1 until it is known.</summary>
    public double WireFactor { get; init; } = 1;

    /// <summary>The pass that is running; null before the first.</summary>
    public RunningPass? CurrentPass { get; init; }

    /// <summary>How many passes were seen to end.</summary>
    public long PassCount { get; init; }

    /// <summary>How many of them, the first excepted, dirtied more than half of what they sent: what QEMU's auto-converge counts.</summary>
    public long OverrunPassCount { get; init; }

    /// <summary>The passes that ended last, 24 at most, oldest first.</summary>
    public IReadOnlyList<CompletedPass> Passes { get; init; } = [];

    /// <summary>The working set that these passes show; null before the first has ended.</summary>
    public WorkingSetRange? WorkingSet { get; init; }

    /// <summary>Low points of what remained in the last 45 s, oldest and lowest first.</summary>
    public IReadOnlyList<LowPoint> LowPoints { get; init; } = [];

    /// <summary>Low points of what remained at the beginning of passes after the first, in the last 45 s, oldest and lowest first.</summary>
    public IReadOnlyList<LowPoint> LowPassStarts { get; init; } = [];
}
