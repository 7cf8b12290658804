using Mesh.Contracts.Values;

namespace Mesh.Policy.Model;

/// <summary>
/// How much memory a machine writes anew: in a time τ of its own it writes A(1−e^(−τ/θ)) + rτ distinct bytes. A is the hot set, each
/// page of which is written about every θ; r is the rate at which it writes cold memory (Clark's writable working set).
/// </summary>
/// <param name="HotSet">A: memory that is written again and again.</param>
/// <param name="RewriteTime">θ: how long it takes until a hot page is written again; more than zero.</param>
/// <param name="ColdRate">r: memory written once per second.</param>
/// <param name="CountsWaiting">
/// Whether a page that is written while it waits to be sent counts as written anew. It is no more to send than before, but QEMU knows
/// that only where KVM clears its log page by page; with an emulated processor or an old kernel all that was written is sent again.
/// </param>
public sealed record WorkingSet(Bytes HotSet, TimeSpan RewriteTime, BytesPerSecond ColdRate, bool CountsWaiting = false)
{
    /// <summary>What a pass leaves written anew behind itself, in bytes.</summary>
    /// <param name="seconds">The machine's own time in the pass; zero or more.</param>
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

    /// <summary>How long cold memory was written in a pass so that it counts, in seconds.</summary>
    internal static double ColdPart(double seconds, double memory, double pending, double sent, bool countsWaiting) =>
        seconds * (countsWaiting ? 1 : Math.Max(0, 1 - (pending - sent / 2) / memory));
}

/// <summary>The parts of a hot set that are written anew in a pass.</summary>
/// <param name="Unsent">Of what did not wait to be sent.</param>
/// <param name="Sent">Of what was sent, at any moment of the pass alike, and could be written in what was left of it.</param>
internal sealed record RewrittenShares(double Unsent, double Sent)
{
    /// <summary>The parts for a pass in which each hot page is written so many times.</summary>
    /// <param name="times">How many times; more than zero.</param>
    /// <param name="countsWaiting">Whether what was written while it waited counts.</param>
    public static RewrittenShares Compute(double times, bool countsWaiting)
    {
        var written = 1 - Math.Exp(-times);
        return new RewrittenShares(written, countsWaiting ? written : 1 - written / times);
    }

    /// <summary>What a pass leaves written anew of the hot set, in bytes; what waits is hot before it is cold.</summary>
    /// <param name="hotSet">The hot set, in bytes.</param>
    /// <param name="pending">What waited when the pass began, in bytes.</param>
    /// <param name="sent">What of it was sent, in bytes.</param>
    public double HotPart(double hotSet, double pending, double sent)
    {
        var hotPending = Math.Min(pending, hotSet);
        return (pending > 0 ? sent * (hotPending / pending) * Sent : 0) + (hotSet - hotPending) * Unsent;
    }
}

/// <summary>The working sets that explain what was seen about equally well.</summary>
/// <param name="Likely">The one that explains it best.</param>
/// <param name="Fastest">The one that writes its hot set most often: the least that slowing the machine down may help.</param>
/// <param name="Slowest">The one that writes its hot set least often: the most that slowing the machine down may help.</param>
public sealed record WorkingSetRange(WorkingSet Likely, WorkingSet Fastest, WorkingSet Slowest);
