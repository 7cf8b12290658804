using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Hypervisor;
using Mesh.Scheduler.Checking;
using Mesh.Scheduler.Fleets;

namespace Mesh.Scheduler.Placing;

/// <summary>Validates a request before it is stored, with every reason against it at once.</summary>
public static class RequestValidator
{
    /// <summary>Every reason against a request; empty if at least one allowed host can take the VM.</summary>
    /// <param name="fleet">The fleet.</param>
    /// <param name="request">The request; a known migration with its ID is no reason against it.</param>
    public static IReadOnlyList<Refusal> Validate(FleetIndex fleet, RequestMigration request)
    {
        ArgumentNullException.ThrowIfNull(fleet);
        ArgumentNullException.ThrowIfNull(request);
        IReadOnlyList<Refusal> ofOptions = [.. MigrationOptionsValidator.Validate(request.Options, request.Limits)];
        var (located, notFound) = Eligibility.ResolveVm(fleet, request.Vm);
        if (located is null)
            return [.. ofOptions, .. notFound];
        IReadOnlyList<HostName> allowed = [.. (request.To is { } to ? [to] : Array.Empty<HostName>()).Concat(request.Alternatives ?? []).Distinct()];
        var ratings = Placement.Rate(
            fleet,
            new PlacementQuery(located, request.Options) { Allowed = allowed, RelaxAffinity = request.RelaxAffinity, Except = request.Id },
            fleet.Fleet.TakenAt);
        return
        [
            .. ofOptions,
            .. Eligibility.CheckVm(fleet, located, request.Options, request.Id),
            .. CombineHostRefusals(ratings.Select(rating => (rating.Host, rating.Refusals)), allowed.Count == 0 ? located.Host : null),
        ];
    }

    /// <summary>
    /// Why none of several hosts can take a VM; empty if at least one can. Of hosts with the same kind of refusal, the first one's message is given
    /// with the number of the others.
    /// </summary>
    /// <param name="hosts">The hosts, with their refusals.</param>
    /// <param name="source">The VM's own host, which needs no reason where any host is allowed; null where it was requested.</param>
    public static IReadOnlyList<Refusal> CombineHostRefusals(IEnumerable<(HostName Host, IReadOnlyList<Refusal> Refusals)> hosts, HostName? source = null)
    {
        var all = hosts.ToList();
        if (all.Exists(host => host.Refusals.Count == 0))
            return [];
        var others = all.Where(host => host.Host != source).ToList();
        if (others.Count == 0)
            return [.. all.SelectMany(host => host.Refusals)];
        return
        [
            .. others.SelectMany(host => host.Refusals).GroupBy(refusal => refusal.Code)
                .Select(same => same.Count() == 1 ? same.First() : same.First() with { Message = $"{same.First().Message}; the same on {DescribeOthers(same.Count() - 1)}" }),
        ];
    }

    private static string DescribeOthers(int count) => count == 1 ? "one other host" : $"{count} other hosts";
}
