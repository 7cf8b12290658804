using Mesh.Contracts.Hosts;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;

namespace Mesh.Scheduler.Predicting;

/// <summary>What migrations have of a host's link.</summary>
public static class LinkCapacity
{
    /// <summary>
    /// What migrations may take of a host's link together, in each direction: <see cref="SchedulingLimits.LinkShare"/> of what it carries,
    /// or <see cref="SchedulingLimits.AssumedLink"/> where that is unknown. Never below 1 byte per second.
    /// </summary>
    /// <param name="capacity">The host; null for one that is not known.</param>
    /// <param name="limits">The scheduler's limits.</param>
    public static BytesPerSecond Usable(HostCapacity? capacity, SchedulingLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        var rate = capacity?.Link is { } link ? (long)(link.Count / 100.0 * limits.LinkShare.Value) : limits.AssumedLink.Count;
        return new(Math.Max(1, rate));
    }

    /// <summary>How many migrations may copy over a link at once so that each has the floor; at least one always may.</summary>
    /// <param name="usable">What they may take of it together.</param>
    /// <param name="limits">The scheduler's limits.</param>
    public static int MaxConcurrent(BytesPerSecond usable, SchedulingLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        return (int)Math.Clamp(usable.Count / Math.Max(1, limits.BandwidthFloor.Count), 1, int.MaxValue);
    }
}
