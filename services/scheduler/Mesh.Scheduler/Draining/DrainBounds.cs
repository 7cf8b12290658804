using Mesh.Contracts.Values;

namespace Mesh.Scheduler.Draining;

/// <summary>
/// What no plan can beat, because every byte has to pass its links at least once. What machines write anew meanwhile comes on top and is
/// not counted, nor is how many may move at once.
/// </summary>
public static class DrainBounds
{
    /// <summary>The largest sum of bytes over bandwidth on any link, out of the hosts that are emptied and into those that were chosen.</summary>
    public static TimeSpan ComputeForPlan(IEnumerable<PlannedMove> moves, LinkLimits links)
    {
        ArgumentNullException.ThrowIfNull(moves);
        ArgumentNullException.ThrowIfNull(links);
        var all = moves.ToArray();
        return Longest([
            .. all.GroupBy(move => move.From).Select(from => Seconds(from, links.For(from.Key).Count)),
            .. all.GroupBy(move => move.To).Select(to => Seconds(to, links.For(to.Key).Count)),
        ]);
    }

    /// <summary>The same whichever hosts are chosen: the links out, and all links in together.</summary>
    /// <param name="moves">The moves.</param>
    /// <param name="destinations">Every host that may be chosen.</param>
    /// <param name="links">The links.</param>
    public static TimeSpan ComputeForAnyPlan(IEnumerable<PlannedMove> moves, IEnumerable<HostName> destinations, LinkLimits links)
    {
        ArgumentNullException.ThrowIfNull(moves);
        ArgumentNullException.ThrowIfNull(links);
        var all = moves.ToArray();
        return Longest([
            .. all.GroupBy(move => move.From).Select(from => Seconds(from, links.For(from.Key).Count)),
            Seconds(all, Math.Max(1, destinations.Sum(host => (double)links.For(host).Count))),
        ]);
    }

    private static double Seconds(IEnumerable<PlannedMove> moves, double rate) => moves.Sum(move => (double)move.DataSize.Count) / rate;

    private static TimeSpan Longest(IEnumerable<double> seconds) => TimeSpan.FromSeconds(seconds.DefaultIfEmpty().Max());
}
