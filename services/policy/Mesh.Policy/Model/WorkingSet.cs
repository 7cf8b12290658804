using Mesh.Contracts.Values;

namespace Mesh.Policy.Model;

/// <summary>
/// How a guest dirties memory: in guest time τ it writes A(1−e^(−τ/θ)) + rτ distinct bytes. A is the hot set, each page of which is
/// written about every θ; r is the rate at which cold memory is written (Clark's writable working set).
/// </summary>
/// <param name="HotSet">A: memory that is written repeatedly.</param>
/// <param name="RewriteTime">θ: the time until a hot page is written again; more than zero.</param>
/// <param name="ColdRate">r: the rate at which memory is written once.</param>
/// <param name="CountsWaiting">
/// Whether a page that is written while it waits to be sent counts as dirtied again. It does not have to be sent twice, but QEMU knows
/// that only where KVM clears its dirty log page by page; with an emulated CPU or an old kernel it is sent again.
/// </param>
public sealed record WorkingSet(Bytes HotSet, TimeSpan RewriteTime, BytesPerSecond ColdRate, bool CountsWaiting = false)
{
    /// <summary>What a pass leaves dirty, in bytes.</summary>
    /// <param name="seconds">Guest time in the pass; zero or more.</param>
    /// <param name="memory">All memory, in bytes; more than zero.</param>
    /// <param name="pending">What waited when the pass began, in bytes.</param>
    /// <param name="sent">What of it was sent, in bytes.</param>
    internal double LeftDirty(double seconds, double memory, double pending, double sent)
    {
        if (seconds <= 0)
            return 0;
        var hot = RewrittenShares.Compute(seconds / RewriteTime.TotalSeconds, CountsWaiting).HotPart(HotSet.Count, pending, sent);
        return Math.Min(hot + ColdPart(seconds, memory, pending, sent, CountsWaiting) * ColdRate.Count, memory);
    }

    /// <summary>For how much of a pass the writing of cold memory counts, in seconds.</summary>
    internal static double ColdPart(double seconds, double memory, double pending, double sent, bool countsWaiting) =>
        seconds * (countsWaiting ? 1 : Math.Max(0, 1 - (pending - sent / 2) / memory));
}

/// <summary>The parts of a hot set that are dirtied in a pass.</summary>
/// <param name="Unsent">Of the memory that did not wait to be sent.</param>
/// <param name="Sent">Of the memory that was sent, evenly over the pass, and could be written in the rest of it.</param>
internal sealed record RewrittenShares(double Unsent, double Sent)
{
    /// <summary>The parts for a pass in which each hot page is written a number of times.</summary>
    /// <param name="times">The number; more than zero.</param>
    /// <param name="countsWaiting">Whether what was written while it waited counts.</param>
    public static RewrittenShares Compute(double times, bool countsWaiting)
    {
        var written = 1 - Math.Exp(-times);
        return new RewrittenShares(written, countsWaiting ? written : 1 - written / times);
    }

    /// <summary>What a pass leaves dirty of the hot set, in bytes; hot memory waits before cold memory.</summary>
    /// <param name="hotSet">The hot set, in bytes.</param>
    /// <param name="pending">What waited when the pass began, in bytes.</param>
    /// <param name="sent">What of it was sent, in bytes.</param>
    public double HotPart(double hotSet, double pending, double sent)
    {
        var hotPending = Math.Min(pending, hotSet);
        return (pending > 0 ? sent * (hotPending / pending) * Sent : 0) + (hotSet - hotPending) * Unsent;
    }
}

/// <summary>The working sets that fit what was observed about equally well.</summary>
/// <param name="Likely">The one that fits best.</param>
/// <param name="Fastest">The one that writes its hot set most often: the least effect that a throttle may have.</param>
/// <param name="Slowest">The one that writes its hot set least often: the greatest effect that a throttle may have.</param>
public sealed record WorkingSetRange(WorkingSet Likely, WorkingSet Fastest, WorkingSet Slowest);
