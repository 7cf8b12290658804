namespace Mesh.Agent.Jobs;

/// <summary>
/// VDSM's way of raising the downtime limit by itself: from a fifth of it to the whole, exponentially, one step with each pass
/// over memory.
/// </summary>
internal static class DowntimeSteps
{
    public const int Count = 5;

    /// <summary>
    /// The limits for a maximum, in rising order. With n steps, step i of them is max/n + (max − max/n)^(i/(n−1)) ms, so that
    /// 500 ms gives 101, 104, 120, 189 and 500 ms.
    /// </summary>
    public static IReadOnlyList<TimeSpan> For(TimeSpan max, int count = Count)
    {
        var maxMs = max.TotalMilliseconds;
        var offset = maxMs / count;
        var root = Math.Pow(maxMs - offset, 1.0 / (count - 1));
        return [.. Enumerable.Range(0, count).Select(i => TimeSpan.FromMilliseconds(
            i == count - 1 ? (long)maxMs : Math.Max(1, (long)(offset + Math.Pow(root, i)))))];
    }

    /// <summary>The limit that counts in a pass.</summary>
    /// <param name="max">The limit to be reached.</param>
    /// <param name="passesBegun">How many passes over memory this migration has begun; QEMU's own count may have started elsewhere.</param>
    public static TimeSpan At(TimeSpan max, long passesBegun) => For(max)[(int)Math.Clamp(passesBegun - 1, 0, Count - 1)];
}
