using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Policy.Model;

namespace Mesh.Policy.Estimating;

/// <summary>Smooths the rate at which data goes out.</summary>
internal static class BandwidthEstimator
{
    /// <summary>What of the smoothed rate is left of a reading after a second of newer ones: KubeVirt's weight of 0.4 at a sample a second.</summary>
    private const double KeptInASecond = 0.6;

    private static readonly TimeSpan UsualHalfLife = TimeSpan.FromMinutes(1);

    // Over less than this, the counters jitter as QEMU's own reading of 100 ms does.
    private static readonly TimeSpan Measurable = TimeSpan.FromMilliseconds(500);

    /// <summary>The state with a sample's rate in it.</summary>
    public static EstimatorState Observe(EstimatorState state, CopyStatistics copy)
    {
        var progressed = state.LastSample is null || copy.Transferred > state.LastSample.Transferred;
        var next = state with { ProgressedAt = progressed ? copy.Elapsed : state.ProgressedAt };
        if (MeasureRate(state.LastSample, copy) is not { } reading)
            return next;
        if (state is not { Bandwidth: { } before, LastSample: { } last })
            return reading > 0 ? next with { Bandwidth = new BytesPerSecond((long)reading) } : next;

        // The very first reading may be of a moment when the stream had hardly begun: it counts until there is another.
        if (state.UsualBandwidth.Count == 0)
            return next with { Bandwidth = new BytesPerSecond((long)reading), UsualBandwidth = new BytesPerSecond((long)reading) };

        var kept = Math.Pow(KeptInASecond, (copy.Elapsed - last.At).TotalSeconds);
        var smoothed = before.Count * kept + reading * (1 - kept);
        var usual = state.UsualBandwidth.Count * Math.Pow(0.5, (copy.Elapsed - last.At) / UsualHalfLife);
        return next with { Bandwidth = new BytesPerSecond((long)smoothed), UsualBandwidth = new BytesPerSecond((long)Math.Max(usual, smoothed)) };
    }

    /// <summary>The rate that a sample tells; null if it tells none.</summary>
    private static double? MeasureRate(ObservedSample? last, CopyStatistics copy)
    {
        var sent = last is null ? 0 : (copy.Transferred - last.Transferred).Count;
        if (last is not null && sent > 0 && copy.Elapsed - last.At >= Measurable)
            return sent / (copy.Elapsed - last.At).TotalSeconds;
        if (copy.Bandwidth.Count > 0)
            return copy.Bandwidth.Count;

        // Nothing is being read while data flows, as during setup; nothing that flows is nothing.
        return sent > 0 || last is null ? null : 0;
    }
}
