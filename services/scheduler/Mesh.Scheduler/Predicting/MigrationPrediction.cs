using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Hypervisor;

namespace Mesh.Scheduler.Predicting;

/// <summary>Predicts the duration of migrations that have not started, for the queue and for drains.</summary>
public static class MigrationPrediction
{
    /// <summary>QEMU's default downtime limit, at which pre-copy switches over: 300 ms.</summary>
    public static readonly TimeSpan DefaultDowntime = QemuLimits.DefaultMaxDowntime;

    /// <summary>
    /// The longest predicted duration, in first passes: a migration that would take longer is throttled, switched to post-copy or ended by its
    /// policy.
    /// </summary>
    public const double PassesMax = 5;

    // Above this ratio of dirty rate to bandwidth, passes shrink so slowly that another migration on the link would prevent convergence.
    private const double BusyRatio = 0.6;

    /// <summary>
    /// The duration of pre-copy at a constant dirty rate. The first pass copies V₀ = U bytes, each further pass the bytes dirtied in the one
    /// before, Vᵢ₊₁ = D·Vᵢ/B, until Vᵢ/B is at most <see cref="DefaultDowntime"/>; so with ρ = D/B the
    /// duration is (U/B)(1−ρⁿ⁺¹)/(1−ρ) for n = ⌈ln(LB/U)/ln ρ⌉, at most <see cref="PassesMax"/> times U/B, which also holds for ρ ≥ 1.
    /// </summary>
    /// <param name="data">U: memory and copied disks; zero takes no time.</param>
    /// <param name="bandwidth">B: the copy rate; above zero.</param>
    /// <param name="dirtyRate">D: the dirty rate; null if unknown, which counts as zero.</param>
    /// <exception cref="ArgumentOutOfRangeException">The bandwidth is not above zero.</exception>
    public static TimeSpan PreCopyDuration(Bytes data, BytesPerSecond bandwidth, BytesPerSecond? dirtyRate = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bandwidth.Count, nameof(bandwidth));
        if (data.Count <= 0)
            return TimeSpan.Zero;
        var first = data.Count / (double)bandwidth.Count;
        var ratio = Math.Max(0, (dirtyRate?.Count ?? 0) / (double)bandwidth.Count);
        return TimeSpan.FromSeconds(Math.Min(first * PassFactor(first, ratio), TimeSpan.MaxValue.TotalSeconds / 2));
    }

    /// <summary>Whether a VM needs its links to itself: its dirty rate is above 60 % of the bandwidth that it would get.</summary>
    /// <param name="dirtyRate">The dirty rate; null if unknown.</param>
    /// <param name="bandwidth">The copy rate that it would get.</param>
    public static bool IsBusy(BytesPerSecond? dirtyRate, BytesPerSecond bandwidth) => (dirtyRate?.Count ?? 0) > BusyRatio * bandwidth.Count;

    /// <summary>The dirty rate of each VM in its newest migration, if it had one.</summary>
    public static IReadOnlyDictionary<VmId, BytesPerSecond> DirtyRates(Fleet fleet)
    {
        ArgumentNullException.ThrowIfNull(fleet);
        return fleet.Histories.GroupBy(history => history.Vm)
            .ToDictionary(known => known.Key, known => known.MaxBy(history => history.At)!.DirtyRate);
    }

    private static double PassFactor(double firstSeconds, double ratio)
    {
        if (firstSeconds <= DefaultDowntime.TotalSeconds || ratio <= 0)
            return 1;
        if (ratio >= 1)
            return PassesMax;
        var passes = Math.Ceiling(Math.Log(DefaultDowntime.TotalSeconds / firstSeconds) / Math.Log(ratio));
        return Math.Min((1 - Math.Pow(ratio, passes + 1)) / (1 - ratio), PassesMax);
    }
}
