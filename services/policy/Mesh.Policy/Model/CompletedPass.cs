using Mesh.Contracts.Values;

namespace Mesh.Policy.Model;

/// <summary>A pass over memory that is running.</summary>
/// <param name="Iteration">Its number; 1 for the first.</param>
/// <param name="StartedAt">When it began, as time since the copying began.</param>
/// <param name="Pending">What it had to send when it began.</param>
/// <param name="GuestTime">How much time has passed for the machine since; throttling makes that less than what has passed.</param>
/// <param name="IsWhole">Whether its beginning was seen.</param>
public sealed record RunningPass(long Iteration, TimeSpan StartedAt, Bytes Pending, TimeSpan GuestTime, bool IsWhole);

/// <summary>A pass over memory that has ended, or the mean of several that ended between two samples.</summary>
/// <param name="Iteration">Its number; of several, the last one's.</param>
/// <param name="StartedAt">When it began, as time since the copying began; of several, the first one's.</param>
/// <param name="Duration">How long it took; of several, the mean.</param>
/// <param name="GuestTime">How much time that was for the machine.</param>
/// <param name="Pending">What it had to send when it began.</param>
/// <param name="Unsent">What of that it left unsent.</param>
/// <param name="Dirtied">What the machine had written anew at its end.</param>
public sealed record CompletedPass(
    long Iteration, TimeSpan StartedAt, TimeSpan Duration, TimeSpan GuestTime, Bytes Pending, Bytes Unsent, Bytes Dirtied)
{
    /// <summary>What it sent, in bytes of memory.</summary>
    public Bytes Sent() => Pending - Unsent;

    /// <summary>The rate at which the machine wrote memory anew; zero for a pass too short to tell.</summary>
    public BytesPerSecond DirtyRate() => new(Duration > TimeSpan.Zero ? (long)(Dirtied.Count / Duration.TotalSeconds) : 0);
}

/// <summary>A low point of what remained.</summary>
/// <param name="At">When, as time since the copying began.</param>
/// <param name="Remaining">What remained.</param>
public sealed record LowPoint(TimeSpan At, Bytes Remaining);
