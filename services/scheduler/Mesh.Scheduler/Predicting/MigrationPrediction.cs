using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Hypervisor;

namespace Mesh.Scheduler.Predicting;

/// <summary>How long a migration takes that has not begun: the one place where that is said, for the queue and for drains.</summary>
public static class MigrationPrediction
{
    /// <summary>The downtime limit at which pre-copy switches over: QEMU's 300 ms.</summary>
    public static readonly TimeSpan DefaultDowntime = QemuLimits.DefaultMaxDowntime;

    /// <summary>
    /// No migration is reckoned to take longer than so many of its first passes: one that would is throttled, changed over to post-copy or
    /// ended by its policy instead.
    /// </summary>
    public const double PassesMax = 5;

    // Above this part of the bandwidth passes shrink so slowly that a neighbour on the link would keep the machine from converging.
    private const double BusyRatio = 0.6;

    /// <summary>
    /// The time that pre-copy takes for a machine that writes memory anew at a constant rate. The first pass copies V₀ = U bytes, each
    /// further one what was written meanwhile, Vᵢ₊₁ = D·Vᵢ/B, until Vᵢ/B is no longer than <see cref="DefaultDowntime"/>; so with ρ = D/B the
    /// whole takes (U/B)(1−ρⁿ⁺¹)/(1−ρ) for n = ⌈ln(LB/U)/ln ρ⌉, at most <see cref="PassesMax"/> times U/B, and that for ρ ≥ 1.
    /// </summary>
    /// <param name="data">U: memory and copied disks; nothing takes no time.</param>
    /// <param name="bandwidth">B: the rate at which it is copied; above zero.</param>
    /// <param name="dirtyRate">D: the rate at which the machine writes memory anew; null where that is unknown, which counts as not at all.</param>
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

    /// <summary>Whether a machine writes so much that it wants its links for itself: more than 60 % of the bandwidth that it would get.</summary>
    /// <param name="dirtyRate">The rate at which it writes memory anew; null where that is unknown.</param>
    /// <param name="bandwidth">The rate at which it would be copied.</param>
    public static bool IsBusy(BytesPerSecond? dirtyRate, BytesPerSecond bandwidth) => (dirtyRate?.Count ?? 0) > BusyRatio * bandwidth.Count;

    /// <summary>The rate at which each machine wrote memory anew in its newest migration, as far as there was one.</summary>
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
