using Mesh.Contracts.Values;

namespace Mesh.Agent.Simulated;

/// <summary>
/// How much memory a VM dirties: the distinct bytes written in a guest time τ are A(1−e^(−τ/θ)) + rτ. A is the hot set, each page of which is
/// written about every θ; r is the rate at which it writes cold memory. This is Clark's writable working set in a form that can be fitted.
/// </summary>
/// <param name="HotSet">A: memory that is written repeatedly.</param>
/// <param name="RewriteTime">θ: mean time until a hot page is written again; greater than zero if there is a hot set.</param>
/// <param name="ColdRate">r: memory written once per second.</param>
public sealed record DirtyCurve(Bytes HotSet, TimeSpan RewriteTime, BytesPerSecond ColdRate)
{
    /// <summary>A VM that writes nothing.</summary>
    public static readonly DirtyCurve Idle = new(Bytes.Zero, TimeSpan.Zero, default);

    /// <summary>A VM that writes all of its memory at a steady rate.</summary>
    public static DirtyCurve Uniform(BytesPerSecond rate) => new(Bytes.Zero, TimeSpan.Zero, rate);

    /// <summary>The distinct bytes that the VM dirties in a guest time.</summary>
    public double DirtiedBytes(TimeSpan time)
    {
        var hot = HotSet.Count > 0 ? HotSet.Count * (1 - Math.Exp(-time / RewriteTime)) : 0;
        return hot + ColdRate.Count * time.TotalSeconds;
    }

    /// <summary>
    /// What is dirty after a pass over memory. A page written while it is still pending adds nothing to send, so only writes to pages that
    /// were already sent, or were not pending, count.
    /// </summary>
    /// <param name="time">The guest time of the pass.</param>
    /// <param name="memory">All memory.</param>
    /// <param name="pendingBytes">What was pending when the pass started; hot pages are sent first.</param>
    /// <param name="sentBytes">How much of it was sent.</param>
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

        // A hot page is equally likely to be sent at any time of the pass, and is written again in the rest of it.
        var writtenAfterSending = 1 - (1 - Math.Exp(-rewrites)) / rewrites;
        return sentBytes * (hotPending / pendingBytes) * writtenAfterSending
            + (HotSet.Count - hotPending) * (1 - Math.Exp(-rewrites));
    }
}
