using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;

namespace Mesh.Policy.Model;

/// <summary>What has been estimated from a migration's telemetry so far: everything that a forecast needs. It is stored with the plan as JSON.</summary>
public sealed record EstimatorState
{
    /// <summary>The state before the first sample.</summary>
    public static readonly EstimatorState Empty = new();

    /// <summary>The newest sample; null before the first.</summary>
    public ObservedSample? LastSample { get; init; }

    /// <summary>The smoothed rate at which data is sent; null before any was.</summary>
    public BytesPerSecond? Bandwidth { get; init; }

    /// <summary>The highest recent smoothed rate, which is what the link usually carries; it halves each minute.</summary>
    public BytesPerSecond UsualBandwidth { get; init; }

    /// <summary>When more had been sent than at the sample before, as time since the copy began.</summary>
    public TimeSpan ProgressedAt { get; init; }

    /// <summary>Since when the VM has been paused on the source; null while it runs.</summary>
    public TimeSpan? PausedSince { get; init; }

    /// <summary>Bytes on the wire per byte of memory in the first pass, where zero pages are sent as markers; 1 until it is known.</summary>
    public double FirstWireFactor { get; init; } = 1;

    /// <summary>Bytes on the wire per byte of memory in later passes, below 1 with compression; 1 until it is known.</summary>
    public double WireFactor { get; init; } = 1;

    /// <summary>The current pass; null before the first.</summary>
    public RunningPass? CurrentPass { get; init; }

    /// <summary>How many passes were observed to end.</summary>
    public long PassCount { get; init; }

    /// <summary>How many of them, except the first, dirtied more than half of what they sent, which is what QEMU's auto-converge counts.</summary>
    public long OverrunPassCount { get; init; }

    /// <summary>The latest completed passes, 24 at most, oldest first.</summary>
    public IReadOnlyList<CompletedPass> Passes { get; init; } = [];

    /// <summary>The working sets that fit these passes; null before the first has ended.</summary>
    public WorkingSetRange? WorkingSet { get; init; }

    /// <summary>Low points of what remained in the last 45 s, oldest and lowest first.</summary>
    public IReadOnlyList<LowPoint> LowPoints { get; init; } = [];

    /// <summary>Low points of what remained at the beginning of passes after the first, in the last 45 s, oldest and lowest first.</summary>
    public IReadOnlyList<LowPoint> LowPassStarts { get; init; } = [];
}

/// <summary>
/// What the next sample is compared with: the part of a migration's telemetry that is stored with the plan. Kept small, because the plan
/// is written with every transition.
/// </summary>
/// <param name="At">Time since the copy began, in whole milliseconds.</param>
/// <param name="Phase">What the job did.</param>
/// <param name="Iteration">Pass over memory; 1 for the first, 0 before it.</param>
/// <param name="Total">Memory and disks to copy.</param>
/// <param name="Transferred">Bytes sent, retransmissions included.</param>
/// <param name="Remaining">Bytes still to be copied.</param>
/// <param name="DirtyRate">The rate at which the guest dirtied memory in the last pass; zero in the first.</param>
public sealed record ObservedSample(
    TimeSpan At, JobPhase Phase, long Iteration, Bytes Total, Bytes Transferred, Bytes Remaining, BytesPerSecond DirtyRate)
{
    internal static ObservedSample FromCopy(JobPhase phase, CopyStatistics copy) =>
        new(copy.Elapsed, phase, copy.Iteration, copy.Total, copy.Transferred, copy.Remaining, copy.DirtyRate);
}

/// <summary>The current pass over memory.</summary>
/// <param name="Iteration">Its number; 1 for the first.</param>
/// <param name="StartedAt">When it began, as time since the copy began.</param>
/// <param name="Pending">What it had to send when it began.</param>
/// <param name="GuestTime">Guest time since then; with a throttle, less than the time that has passed.</param>
/// <param name="IsWhole">Whether its beginning was observed.</param>
public sealed record RunningPass(long Iteration, TimeSpan StartedAt, Bytes Pending, TimeSpan GuestTime, bool IsWhole);

/// <summary>A completed pass over memory, or the mean of several that ended between two samples.</summary>
/// <param name="Iteration">Its number; of several, the last one's.</param>
/// <param name="StartedAt">When it began, as time since the copy began; of several, the first one's.</param>
/// <param name="Duration">How long it took; of several, the mean.</param>
/// <param name="GuestTime">Guest time in it.</param>
/// <param name="Pending">What it had to send when it began.</param>
/// <param name="Unsent">The part of that which it left unsent.</param>
/// <param name="Dirtied">What the guest had dirtied by its end.</param>
public sealed record CompletedPass(
    long Iteration, TimeSpan StartedAt, TimeSpan Duration, TimeSpan GuestTime, Bytes Pending, Bytes Unsent, Bytes Dirtied)
{
    /// <summary>What it sent, in bytes of memory.</summary>
    public Bytes Sent() => Pending - Unsent;

    /// <summary>The rate at which the guest dirtied memory; zero for a pass without duration.</summary>
    public BytesPerSecond DirtyRate() => new(Duration > TimeSpan.Zero ? (long)(Dirtied.Count / Duration.TotalSeconds) : 0);
}

/// <summary>A local minimum of what remained.</summary>
/// <param name="At">When, as time since the copy began.</param>
/// <param name="Remaining">What remained.</param>
public sealed record LowPoint(TimeSpan At, Bytes Remaining);
