using Mesh.Contracts.Values;

namespace Mesh.Scheduler.Draining;

/// <summary>
/// Lower bounds on the makespan: every byte has to pass its links at least once. Memory that is dirtied during the copy comes on top and is
/// not counted, nor is the number of concurrent moves.
/// </summary>
public static class DrainBounds
{
    /// <summary>The largest sum of bytes over bandwidth on any link, outbound from the drained hosts and inbound to the planned ones.</summary>
    public static TimeSpan ComputeForPlan(IEnumerable<PlannedMove> moves, LinkLimits links)
    {
        ArgumentNullException.ThrowIfNull(moves);
        ArgumentNullException.ThrowIfNull(links);
        var all = moves.ToArray();
        return Longest([
            .. all.GroupBy(move => move.From).Select(from => Seconds(from, links.UsableRate(from.Key).Count)),
            .. all.GroupBy(move => move.To).Select(to => Seconds(to, links.UsableRate(to.Key).Count)),
        ]);
    }

    /// <summary>The same for any choice of destinations: the outbound links, and all inbound links together.</summary>
    /// <param name="moves">The moves.</param>
    /// <param name="destinations">Every possible destination.</param>
    /// <param name="links">The links.</param>
    public static TimeSpan ComputeForAnyPlan(IEnumerable<PlannedMove> moves, IEnumerable<HostName> destinations, LinkLimits links)
    {
        ArgumentNullException.ThrowIfNull(moves);
        ArgumentNullException.ThrowIfNull(links);
        var all = moves.ToArray();
        return Longest([
            .. all.GroupBy(move => move.From).Select(from => Seconds(from, links.UsableRate(from.Key).Count)),
            Seconds(all, Math.Max(1, destinations.Sum(host => (double)links.UsableRate(host).Count))),
        ]);
    }

    private static double Seconds(IEnumerable<PlannedMove> moves, double rate) => moves.Sum(move => (double)move.DataSize.Count) / rate;

    private static TimeSpan Longest(IEnumerable<double> seconds) => TimeSpan.FromSeconds(seconds.DefaultIfEmpty().Max());
}
