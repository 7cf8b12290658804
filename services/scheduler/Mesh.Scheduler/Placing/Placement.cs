using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Scheduler.Checking;
using Mesh.Scheduler.Fleets;

namespace Mesh.Scheduler.Placing;

/// <summary>Chooses the host for a VM: filters those that cannot take it, and scores the others. Ties are broken by name.</summary>
public static class Placement
{
    /// <summary>Every allowed host: first those that can take the VM, the best first, then the others with their refusals.</summary>
    /// <param name="fleet">The fleet.</param>
    /// <param name="query">The VM and the constraints.</param>
    /// <param name="now">The time by which earlier failures fade.</param>
    public static IReadOnlyList<HostRating> Rate(FleetIndex fleet, PlacementQuery query, DateTimeOffset now) => RateOrRelax(fleet, query, now).Ratings;

    /// <summary>The host for a VM; null if none can take it.</summary>
    /// <param name="fleet">The fleet.</param>
    /// <param name="query">The VM and the constraints.</param>
    /// <param name="now">The time by which earlier failures fade, and the time of the choice.</param>
    /// <param name="ratings">The ratings of <see cref="Rate"/>.</param>
    public static PlacementDecision? Choose(FleetIndex fleet, PlacementQuery query, DateTimeOffset now, out IReadOnlyList<HostRating> ratings)
    {
        (ratings, var isRelaxed) = RateOrRelax(fleet, query, now);
        return CanTake(ratings)
            ? new(ratings[0].Host, now, PlacementExplanation.Describe(query, ratings, isRelaxed), ratings)
            : null;
    }

    private static (IReadOnlyList<HostRating> Ratings, bool IsRelaxed) RateOrRelax(FleetIndex fleet, PlacementQuery query, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(fleet);
        ArgumentNullException.ThrowIfNull(query);
        var strict = RateAll(fleet, query, now, relax: false);
        if (CanTake(strict) || !query.RelaxAffinity)
            return (strict, false);
        var relaxed = RateAll(fleet, query, now, relax: true);
        return CanTake(relaxed) ? (relaxed, true) : (strict, false);
    }

    private static IReadOnlyList<HostRating> RateAll(FleetIndex fleet, PlacementQuery query, DateTimeOffset now, bool relax)
    {
        var hosts = query.Allowed.Count > 0 ? query.Allowed.Distinct() : fleet.Hosts.Select(host => host.Name);
        return
        [
            .. hosts.Select(host => RateOne(fleet, query, host, now, relax))
                .OrderBy(rating => rating.Refusals.Count > 0)
                .ThenByDescending(rating => rating.Host == query.Preferred)
                .ThenBy(rating => rating.Refusals.Count > 0 ? 0 : RequestedPosition(query, rating.Host))
                .ThenByDescending(rating => rating.Score)
                .ThenBy(rating => rating.Host.Value, StringComparer.Ordinal),
        ];
    }

    private static HostRating RateOne(FleetIndex fleet, PlacementQuery query, HostName host, DateTimeOffset now, bool relax)
    {
        var refusals = Eligibility.CheckHost(fleet, query.Vm, host, query.Options, relax, query.Except);
        if (query.Excluded.Contains(host))
            refusals = [.. refusals, FailedBefore(query, host)];
        if (refusals.Count > 0 || fleet.FindHost(host) is not { } target)
            return new(host, 0, refusals, []);
        var terms = HostScorer.Score(fleet, query, target, now);
        return new(host, Math.Round(terms.Sum(term => term.Points), 1), [], terms);
    }

    private static Refusal FailedBefore(PlacementQuery query, HostName host) =>
        new(RefusalCode.HostFailedBefore, $"this migration of {query.Vm.Vm.Name} has already failed on {host}");

    private static bool CanTake(IReadOnlyList<HostRating> ratings) => ratings is [{ Refusals.Count: 0 }, ..];

    private static int RequestedPosition(PlacementQuery query, HostName host)
    {
        for (var i = 0; i < query.Allowed.Count; i++)
            if (query.Allowed[i] == host)
                return i;
        return 0;
    }
}
