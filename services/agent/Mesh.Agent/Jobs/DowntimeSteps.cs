namespace Mesh.Agent.Jobs;

/// <summary>
/// VDSM's way of raising the downtime limit by itself: from a fifth of it to the whole, exponentially, one step with each pass
/// over memory from the third on. VDSM looks each 10 s, and so takes a step at most that often; it also aborts after 43 passes, which
/// here only a limit or a policy does.
/// </summary>
internal static class DowntimeSteps
{
    public const int Count = 5;

    /// <summary>
    /// The limits for a maximum, in rising order. With n steps, step i of them is max/n + (max − max/n)^(i/(n−1)) ms, so that
    /// 500 ms gives 101, 104, 120, 189 and 500 ms.
    /// </summary>
    public static IReadOnlyList<TimeSpan> Compute(TimeSpan max, int count = Count)
    {
        var maxMs = max.TotalMilliseconds;
        var offset = maxMs / count;
        var root = Math.Pow(maxMs - offset, 1.0 / (count - 1));
        return [.. Enumerable.Range(0, count).Select(i => TimeSpan.FromMilliseconds(
            i == count - 1 ? (long)maxMs : Math.Max(1, (long)(offset + Math.Pow(root, i)))))];
    }

    /// <summary>The limit after so many steps; 0 for the one to begin with.</summary>
    /// <param name="max">The limit to be reached.</param>
    /// <param name="step">Steps taken, 0 to one less than <see cref="Count"/>.</param>
    public static TimeSpan LimitAt(TimeSpan max, int step) => Compute(max)[step];

    /// <summary>Whether the next step is due: VDSM takes step N at the first new pass that is more than N after the first one seen.</summary>
    /// <param name="stepsTaken">Steps taken so far.</param>
    /// <param name="passesSince">How many passes after the first one that was seen this one is.</param>
    public static bool IsNextDue(int stepsTaken, long passesSince) => stepsTaken < Count - 1 && passesSince > stepsTaken + 1;
}
