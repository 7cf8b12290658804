using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Scheduler.Fleets;
using Mesh.Scheduler.Predicting;

namespace Mesh.Scheduler.Draining;

/// <summary>The usable bandwidth of the hosts' links, and how many moves may share them.</summary>
/// <param name="Limits">The scheduler's limits.</param>
/// <param name="Outbound">The most outbound moves per host.</param>
/// <param name="Usable">The bandwidth that migrations may use of each host's link, in each direction; for a host that is not listed, <see cref="SchedulingLimits.AssumedLink"/> applies.</param>
public sealed record LinkLimits(SchedulingLimits Limits, int Outbound, IReadOnlyDictionary<HostName, BytesPerSecond> Usable)
{
    /// <summary>The limits for a drain.</summary>
    /// <param name="fleet">The fleet.</param>
    /// <param name="parallel">How many moves the drain allows at once from each host; null for the scheduler's limit, which is never exceeded.</param>
    public static LinkLimits ForDrain(FleetIndex fleet, int? parallel)
    {
        ArgumentNullException.ThrowIfNull(fleet);
        var limits = fleet.Fleet.Limits;
        return new(
            limits,
            Math.Max(1, Math.Min(parallel ?? limits.OutboundPerHost, limits.OutboundPerHost)),
            fleet.Hosts.ToDictionary(host => host.Name, host => LinkCapacity.Usable(host.Inventory.Capacity, limits)));
    }

    /// <summary>The bandwidth that migrations may use of a host's link.</summary>
    public BytesPerSecond UsableRate(HostName host) => Usable.TryGetValue(host, out var usable) ? usable : LinkCapacity.Usable(null, Limits);

    /// <summary>The rate of a move that has its links to itself.</summary>
    public BytesPerSecond RateBetween(HostName from, HostName to) => new(Math.Min(UsableRate(from).Count, UsableRate(to).Count));

    /// <summary>The most outbound moves of a host that leave each the bandwidth floor.</summary>
    public int OutboundMax(HostName host) => Math.Min(Outbound, LinkCapacity.MaxConcurrent(UsableRate(host), Limits));

    /// <summary>The most inbound moves of a host that leave each the bandwidth floor.</summary>
    public int InboundMax(HostName host) => Math.Max(1, Math.Min(Limits.InboundPerHost, LinkCapacity.MaxConcurrent(UsableRate(host), Limits)));

    /// <summary>Whether a VM's dirty rate is too high to share its links with other moves.</summary>
    public bool NeedsExclusiveLink(HostName from, HostName to, BytesPerSecond? dirtyRate) =>
        MigrationPrediction.IsBusy(dirtyRate, new(Math.Max(1, RateBetween(from, to).Count / Math.Max(OutboundMax(from), InboundMax(to)))));
}
