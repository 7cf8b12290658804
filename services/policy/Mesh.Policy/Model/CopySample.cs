using Mesh.Contracts.Values;

namespace Mesh.Policy.Model;

/// <summary>What a job does, as far as plans care.</summary>
public enum CopyStatus
{
    /// <summary>Memory or disks are copied while the machine runs on the source.</summary>
    Running,

    /// <summary>The machine runs on the destination and pulls the rest.</summary>
    PostCopy,

    /// <summary>The machine stands still on the source while the rest is copied.</summary>
    Paused,
}

/// <summary>Telemetry at one moment: a line of a trace.</summary>
/// <param name="At">Time since the copying began.</param>
/// <param name="Iteration">Pass over memory; 1 for the first, 0 before it.</param>
/// <param name="Total">What there is to copy, memory and disks.</param>
/// <param name="Transferred">What went over the wire, repeats included.</param>
/// <param name="Remaining">What is still to go.</param>
/// <param name="Bandwidth">Rate at which data goes out.</param>
/// <param name="DirtyPagesPerSecond">Pages dirtied per second in the last pass; 0 in the first.</param>
/// <param name="PageSize">Bytes in a page.</param>
/// <param name="Status">What the job does.</param>
public sealed record CopySample(
    TimeSpan At,
    long Iteration,
    Bytes Total,
    Bytes Transferred,
    Bytes Remaining,
    BytesPerSecond Bandwidth,
    long DirtyPagesPerSecond,
    Bytes PageSize,
    CopyStatus Status = CopyStatus.Running);
