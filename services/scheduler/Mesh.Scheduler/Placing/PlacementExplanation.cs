using Mesh.Contracts.Migrations;
using Mesh.Hypervisor;

namespace Mesh.Scheduler.Placing;

/// <summary>Explains a choice in one sentence.</summary>
internal static class PlacementExplanation
{
    public static string Describe(PlacementQuery query, IReadOnlyList<HostRating> ratings, bool isRelaxed)
    {
        var (best, vm) = (ratings[0], query.Vm.Vm.Name);
        var able = ratings.Count(rating => rating.Refusals.Count == 0);
        var why = true switch
        {
            _ when best.Host == query.Preferred => $"{best.Host} is preferred by the request and can take {vm}",
            _ when query.Allowed.Count == 1 => $"{best.Host} is the requested host and can take {vm}",
            _ when query.Allowed.Count > 1 && query.Allowed[0] == best.Host =>
                $"{best.Host} is the first of {query.Allowed.Count} requested hosts and can take {vm}",
            _ when query.Allowed.Count > 1 =>
                $"{best.Host} is the first of {query.Allowed.Count} requested hosts that can take {vm}; {DescribePassedOver(query, ratings, best)} cannot",
            _ when able == 1 => $"{best.Host} is the only one of {ratings.Count} hosts that can take {vm}",
            _ => $"{best.Host} has the highest score of {able} hosts that can take {vm}, {DescribeLead(best, ratings[1])}",
        };
        return isRelaxed ? $"{why}; this breaks a VM affinity rule, because no host can take it otherwise" : why;
    }

    private static string DescribePassedOver(PlacementQuery query, IReadOnlyList<HostRating> ratings, HostRating best) => RefusalText.Summarize(
        query.Allowed.Distinct().TakeWhile(host => host != best.Host).Where(host => ratings.Any(rating => rating.Host == host && rating.Refusals.Count > 0)),
        host => host.Value);

    // The term that sets it apart from the next host.
    private static string DescribeLead(HostRating best, HostRating next)
    {
        var lead = best.Terms.Select(term => term.Name).Union(next.Terms.Select(term => term.Name), StringComparer.Ordinal)
            .Select(name => (Name: name, Points: Points(best, name) - Points(next, name)))
            .MaxBy(term => term.Points);
        if (lead.Points <= 0)
            return $"tied with {next.Host} and first by name";
        var description = best.Terms.FirstOrDefault(term => term.Name == lead.Name) is { } its
            ? its.Explanation
            : $"{next.Host}: {next.Terms.First(term => term.Name == lead.Name).Explanation}";
        return $"ahead of {next.Host} by {lead.Name} ({description})";
    }

    private static double Points(HostRating rating, string term) => rating.Terms.Where(one => one.Name == term).Sum(one => one.Points);
}
