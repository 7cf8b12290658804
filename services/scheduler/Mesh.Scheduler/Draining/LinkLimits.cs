using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Scheduler.Fleets;
using Mesh.Scheduler.Predicting;

namespace Mesh.Scheduler.Draining;

/// <summary>What the links of hosts carry, and how many moves may be on them at once.</summary>
/// <param name="Limits">The scheduler's limits.</param>
/// <param name="Outbound">How many may leave one host at once.</param>
/// <param name="Usable">What migrations may take of each host's link in each direction; a host that is not named has <see cref="SchedulingLimits.AssumedLink"/>.</param>
public sealed record LinkLimits(SchedulingLimits Limits, int Outbound, IReadOnlyDictionary<HostName, BytesPerSecond> Usable)
{
    /// <summary>The limits for a drain.</summary>
    /// <param name="fleet">The fleet.</param>
    /// <param name="parallel">How many the drain allows at once from each host; null for the scheduler's limit, which it never exceeds.</param>
    public static LinkLimits For(FleetIndex fleet, int? parallel)
    {
        ArgumentNullException.ThrowIfNull(fleet);
        var limits = fleet.Fleet.Limits;
        return new(
            limits,
            Math.Max(1, Math.Min(parallel ?? limits.OutboundPerHost, limits.OutboundPerHost)),
            fleet.Hosts.ToDictionary(host => host.Name, host => LinkCapacity.Usable(host.Inventory.Capacity, limits)));
    }

    /// <summary>What migrations may take of a host's link, in bytes per second.</summary>
    public BytesPerSecond For(HostName host) => Usable.TryGetValue(host, out var usable) ? usable : LinkCapacity.Usable(null, Limits);

    /// <summary>The rate of a move that has its links to itself.</summary>
    public BytesPerSecond RateBetween(HostName from, HostName to) => new(Math.Min(For(from).Count, For(to).Count));

    /// <summary>How many may leave a host at once, so that each has the floor.</summary>
    public int OutboundMax(HostName host) => Math.Min(Outbound, LinkCapacity.MaxConcurrent(For(host), Limits));

    /// <summary>How many may come to a host at once, so that each has the floor.</summary>
    public int InboundMax(HostName host) => Math.Max(1, Math.Min(Limits.InboundPerHost, LinkCapacity.MaxConcurrent(For(host), Limits)));

    /// <summary>Whether a machine writes too fast to be copied beside others from its host.</summary>
    public bool NeedsExclusiveLink(HostName from, HostName to, BytesPerSecond? dirtyRate) =>
        MigrationPrediction.IsBusy(dirtyRate, new(Math.Max(1, RateBetween(from, to).Count / Math.Max(OutboundMax(from), InboundMax(to)))));
}
