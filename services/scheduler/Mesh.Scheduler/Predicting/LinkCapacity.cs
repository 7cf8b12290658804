using Mesh.Contracts.Hosts;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;

namespace Mesh.Scheduler.Predicting;

/// <summary>The bandwidth that migrations may use of a host's link.</summary>
public static class LinkCapacity
{
    /// <summary>
    /// The bandwidth that migrations together may use of a host's link, in each direction: <see cref="SchedulingLimits.LinkShare"/> of its
    /// capacity, or <see cref="SchedulingLimits.AssumedLink"/> where that is unknown. Never below 1 byte per second.
    /// </summary>
    /// <param name="capacity">The host; null if it is unknown.</param>
    /// <param name="limits">The scheduler's limits.</param>
    public static BytesPerSecond Usable(HostCapacity? capacity, SchedulingLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        var rate = capacity?.Link is { } link ? (long)(link.Count / 100.0 * limits.LinkShare.Value) : limits.AssumedLink.Count;
        return new(Math.Max(1, rate));
    }

    /// <summary>How many migrations may share a link so that each gets the bandwidth floor; at least 1.</summary>
    /// <param name="usable">The bandwidth that they may use together.</param>
    /// <param name="limits">The scheduler's limits.</param>
    public static int MaxConcurrent(BytesPerSecond usable, SchedulingLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        return (int)Math.Clamp(usable.Count / Math.Max(1, limits.BandwidthFloor.Count), 1, int.MaxValue);
    }
}
