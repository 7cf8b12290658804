using System.Runtime.InteropServices;

namespace Mesh.Core;

/// <summary>How long to wait before the next attempt: <paramref name="Initial"/> after the first failure, twice as long after each further one, up to a maximum.</summary>
/// <param name="Initial">The wait after the first failure; a negative one counts as zero.</param>
/// <param name="Max">The longest wait, also where <paramref name="Initial"/> is longer; a negative one counts as zero.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ExponentialBackoff(TimeSpan Initial, TimeSpan Max)
{
    // A shift by more than this would leave the range of a long.
    private const int DoublingsMax = 62;

    /// <summary>The wait after so many failures in a row.</summary>
    /// <param name="failures">1 for the first failure; a smaller number counts as 1.</param>
    public TimeSpan DelayFor(int failures)
    {
        var initial = Math.Max(0, Initial.Ticks);
        var max = Math.Max(0, Max.Ticks);
        var doublings = Math.Min(Math.Max(failures, 1) - 1, DoublingsMax);
        return TimeSpan.FromTicks(initial > max >> doublings ? max : initial << doublings);
    }
}

/// <summary>Counts failures in a row and returns the wait after each. Not safe for concurrent use.</summary>
public sealed class BackoffCounter(ExponentialBackoff backoff)
{
    /// <summary>A counter with the given waits.</summary>
    /// <param name="initial">The wait after the first failure.</param>
    /// <param name="max">The longest wait.</param>
    public BackoffCounter(TimeSpan initial, TimeSpan max)
        : this(new ExponentialBackoff(initial, max))
    {
    }

    /// <summary>Failures since the start or the last <see cref="Reset"/>.</summary>
    public int Failures { get; private set; }

    /// <summary>Counts a failure and returns how long to wait after it.</summary>
    public TimeSpan NextDelay()
    {
        Failures = Failures == int.MaxValue ? Failures : Failures + 1;
        return backoff.DelayFor(Failures);
    }

    /// <summary>Starts over after a success.</summary>
    public void Reset() => Failures = 0;
}
