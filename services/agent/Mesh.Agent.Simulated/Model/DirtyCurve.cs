using Mesh.Contracts.Values;

namespace Mesh.Agent.Simulated;

/// <summary>
/// How much memory a machine dirties: the distinct bytes written in a time τ of its own are A(1−e^(−τ/θ)) + rτ. A is the hot
/// set, each page of which is written about every θ; r is the rate at which it touches cold memory. This is Clark's writable
/// working set in a form that can be fitted.
/// </summary>
/// <param name="HotSet">A: memory that is written again and again.</param>
/// <param name="RewriteTime">θ: how long it takes until a hot page is written again; more than zero where there is a hot set.</param>
/// <param name="ColdRate">r: memory written once per second.</param>
public sealed record DirtyCurve(Bytes HotSet, TimeSpan RewriteTime, BytesPerSecond ColdRate)
{
    /// <summary>A machine that writes nothing.</summary>
    public static readonly DirtyCurve Idle = new(Bytes.Zero, TimeSpan.Zero, default);

    /// <summary>A machine that writes all over its memory at a steady rate.</summary>
    public static DirtyCurve Uniform(BytesPerSecond rate) => new(Bytes.Zero, TimeSpan.Zero, rate);

    /// <summary>The distinct bytes that the machine dirties in a time of its own.</summary>
    public double DirtiedBytes(TimeSpan time)
    {
        var hot = HotSet.Count > 0 ? HotSet.Count * (1 - Math.Exp(-time / RewriteTime)) : 0;
        return hot + ColdRate.Count * time.TotalSeconds;
    }

    /// <summary>
    /// What a pass over memory leaves dirty behind itself. A page that is written while it still waits to be sent is no more to
    /// send than before, so that only writes to pages that were sent already, or did not wait at all, count.
    /// </summary>
    /// <param name="time">The machine's own time in the pass.</param>
    /// <param name="memory">All memory.</param>
    /// <param name="pendingBytes">What waited when the pass began; hot pages come first.</param>
    /// <param name="sentBytes">What of it has been sent.</param>
    public double LeftDirtyBytes(TimeSpan time, Bytes memory, double pendingBytes, double sentBytes)
    {
        if (time <= TimeSpan.Zero || memory.Count == 0)
            return 0;
        return HotLeftDirtyBytes(time, pendingBytes, sentBytes)
            + ColdRate.Count * time.TotalSeconds * (1 - (pendingBytes - sentBytes / 2) / memory.Count);
    }

    private double HotLeftDirtyBytes(TimeSpan time, double pendingBytes, double sentBytes)
    {
        if (HotSet.Count == 0 || pendingBytes <= 0)
            return HotSet.Count == 0 ? 0 : HotSet.Count * (1 - Math.Exp(-time / RewriteTime));
        var rewrites = time / RewriteTime;
        var hotPending = Math.Min(pendingBytes, HotSet.Count);

        // A hot page is sent at any moment of the pass alike, and is written again in what is left of it.
        var writtenAfterSending = 1 - (1 - Math.Exp(-rewrites)) / rewrites;
        return sentBytes * (hotPending / pendingBytes) * writtenAfterSending
            + (HotSet.Count - hotPending) * (1 - Math.Exp(-rewrites));
    }
}
