using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Policy.Model;

namespace Mesh.Policy.Estimating;

/// <summary>Smooths the rate at which data is sent.</summary>
internal static class BandwidthEstimator
{
    /// <summary>The weight of older readings after one second: KubeVirt gives the newest 0.4, at one sample per second.</summary>
    private const double DecayPerSecond = 0.6;

    private static readonly TimeSpan UsualHalfLife = TimeSpan.FromMinutes(1);

    // Over less than this, the counters jitter as QEMU's own reading of 100 ms does.
    private static readonly TimeSpan Measurable = TimeSpan.FromMilliseconds(500);

    /// <summary>The state after a sample's rate.</summary>
    public static EstimatorState Observe(EstimatorState state, CopyStatistics copy)
    {
        var progressed = state.LastSample is null || copy.Transferred > state.LastSample.Transferred;
        var next = state with { ProgressedAt = progressed ? copy.Elapsed : state.ProgressedAt };
        if (MeasureRate(state.LastSample, copy) is not { } reading)
            return next;
        if (state is not { Bandwidth: { } before, LastSample: { } last })
            return reading > 0 ? next with { Bandwidth = new BytesPerSecond((long)reading) } : next;

        // The first reading may be from a moment when the stream had hardly begun, so the second one replaces it.
        if (state.UsualBandwidth.Count == 0)
            return next with { Bandwidth = new BytesPerSecond((long)reading), UsualBandwidth = new BytesPerSecond((long)reading) };

        var decay = Math.Pow(DecayPerSecond, (copy.Elapsed - last.At).TotalSeconds);
        var smoothed = before.Count * decay + reading * (1 - decay);
        var usual = state.UsualBandwidth.Count * Math.Pow(0.5, (copy.Elapsed - last.At) / UsualHalfLife);
        return next with { Bandwidth = new BytesPerSecond((long)smoothed), UsualBandwidth = new BytesPerSecond((long)Math.Max(usual, smoothed)) };
    }

    /// <summary>The rate that a sample shows; null if it shows none.</summary>
    private static double? MeasureRate(ObservedSample? last, CopyStatistics copy)
    {
        var sent = last is null ? 0 : (copy.Transferred - last.Transferred).Count;
        if (last is not null && sent > 0 && copy.Elapsed - last.At >= Measurable)
            return sent / (copy.Elapsed - last.At).TotalSeconds;
        if (copy.Bandwidth.Count > 0)
            return copy.Bandwidth.Count;

        // QEMU may report no rate while data flows, as during setup; without any data the rate is zero.
        return sent > 0 || last is null ? null : 0;
    }
}
