using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;
using Mesh.Scheduler.Checking;
using Mesh.Scheduler.Fleets;

namespace Mesh.Scheduler.Placing;

/// <summary>
/// What a host that can take a machine is worth. Memory gives up to 100 points, processors and the link up to 50 each; rules and taints give
/// or take their weights of 1 to 100.
/// </summary>
internal static class HostScorer
{
    private const double Memory = 100;
    private const double Processors = 50;
    private const double Link = 50;
    private const double Fit = 20;
    private const double Trouble = 40;
    private const double BrokenRule = 200;

    /// <summary>Every term of a host's score.</summary>
    public static IReadOnlyList<RatingTerm> Score(FleetIndex fleet, PlacementQuery query, IndexedHost host, DateTimeOffset now)
    {
        var vm = query.Vm.Vm;
        var terms = new List<RatingTerm> { FreeMemory(fleet, query, host), FreeProcessors(fleet, query, host), FreeLink(fleet, query, host) };
        AddFit(terms, fleet, query, host);
        AddHostAffinity(terms, fleet, host, vm);
        AddTaints(terms, fleet, host, vm);
        foreach (var group in fleet.AffinityGroups)
            AddVmAffinity(terms, group, host.Name, vm);
        AddTroubles(terms, fleet.Fleet.Limits.FailurePenaltyTime, host, now);
        return terms;
    }

    private static RatingTerm FreeMemory(FleetIndex fleet, PlacementQuery query, IndexedHost host)
    {
        var all = host.Inventory.Capacity.Memory;
        var left = fleet.FreeMemory(host, query.Except) - (query.Vm.Vm.HugePageSize is null ? query.Vm.Vm.Memory : Bytes.Zero);
        return new("free memory", Points(fleet, Memory, Share(left.Count, all.Count)), $"{left} of {all} of memory left after the move");
    }

    private static RatingTerm FreeProcessors(FleetIndex fleet, PlacementQuery query, IndexedHost host)
    {
        var taken = fleet.AllocatedVCpus(host, query.Except) + query.Vm.Vm.VCpus;
        var logical = host.Inventory.Capacity.LogicalCpus;

        // Half the points where each logical processor carries one virtual one: what follows on a host that is overcommitted still counts.
        var share = logical / (double)(logical + taken);
        return new("free processors", Points(fleet, Processors, share), $"{taken} virtual on {logical} logical processors after the move");
    }

    private static RatingTerm FreeLink(FleetIndex fleet, PlacementQuery query, IndexedHost host)
    {
        var limits = fleet.Fleet.Limits;
        var link = (host.Inventory.Capacity.Link ?? limits.AssumedLink).Count * (limits.LinkShare.Value / 100.0);
        var free = link;
        foreach (var reservation in fleet.Reservations(host))
            if (reservation.Migration.Id != query.Except)
                free -= reservation.Bandwidth.Count;
        free = Math.Max(0, free);
        return new(
            "link headroom", RoundToTenths(Link * Share(free, link)),
            $"{new BytesPerSecond((long)free)} of {new BytesPerSecond((long)link)} of its link free for migrations");
    }

    private static void AddFit(List<RatingTerm> terms, FleetIndex fleet, PlacementQuery query, IndexedHost host)
    {
        var vm = query.Vm.Vm;
        if (vm.HugePageSize is { } size)
        {
            if (CapacityFilter.FreeHugePages(fleet, host, size, query.Except) is { Count: > 0 } before && before - vm.Memory is var left)
                terms.Add(new("huge pages", RoundToTenths(Fit * Share(left.Count, before.Count)), $"{left} of huge pages of {size} left after the move"));
        }
        else if (vm.NumaNodes is null && host.Inventory.Capacity.NumaCells is { Count: > 0 } cells)
        {
            var cell = cells.Where(cell => cell.FreeMemory >= vm.Memory && cell.LogicalCpus >= vm.VCpus).MaxBy(cell => cell.FreeMemory);
            terms.Add(cell is null ? new("NUMA", 0, "fits into none of its NUMA nodes whole") : new("NUMA", Fit, $"fits whole into its NUMA node {cell.Id}"));
        }
    }

    private static void AddHostAffinity(List<RatingTerm> terms, FleetIndex fleet, IndexedHost host, VmDescription vm)
    {
        var rules = fleet.Rules.Rules.HostAffinity;
        for (var i = 0; i < rules.Count; i++)
            if (!rules[i].Required && fleet.Rules.MatchesAffinity(i, host) && LabelSelector.MatchesLabels(vm.Labels, rules[i].Vms))
                terms.Add(new("host affinity", rules[i].Weight, $"rule '{rules[i].Name}' prefers hosts with {LabelSelector.Describe(rules[i].Hosts)}"));
    }

    private static void AddTaints(List<RatingTerm> terms, FleetIndex fleet, IndexedHost host, VmDescription vm)
    {
        var taints = fleet.Rules.Rules.Taints;
        for (var i = 0; i < taints.Count; i++)
            if (!taints[i].Hard && fleet.Rules.IsTainted(i, host) && !HostLabelFilter.Tolerates(vm, taints[i].ToleratedBy))
                terms.Add(new("taint", -taints[i].Weight, $"taint '{taints[i].Name}' would rather keep it free"));
    }

    private static void AddVmAffinity(List<RatingTerm> terms, AffinityGroup group, HostName host, VmDescription vm)
    {
        var rule = group.Rule;
        if (!group.AppliesTo(vm))
            return;
        if (rule.Hard)
        {
            // Only where it was allowed to break the rule does a host that breaks it come so far.
            if (VmAffinityFilter.IsViolated(group, host, vm))
                terms.Add(new("VM affinity", -BrokenRule, $"breaks rule '{rule.Name}'"));
        }
        else if (rule.Apart)
        {
            if (group.HasOthersAt(host, vm.Id))
                terms.Add(new("VM affinity", -rule.Weight, $"rule '{rule.Name}' would rather keep it apart from others there"));
        }
        else if (group.CountOthers(host, vm.Id) is { Here: > 0 } homes)
        {
            var share = Share(homes.Here, homes.All);
            terms.Add(new("VM affinity", RoundToTenths(rule.Weight * share), $"rule '{rule.Name}' likes it with {homes.Here} of {homes.All} others there"));
        }
    }

    private static void AddTroubles(List<RatingTerm> terms, TimeSpan kept, IndexedHost host, DateTimeOffset now)
    {
        foreach (var trouble in host.Host.RecentFailures ?? [])
        {
            var age = now - trouble.At;
            var rest = kept > TimeSpan.Zero ? Math.Clamp(1 - age / kept, 0, 1) : 0;
            if (rest > 0)
                terms.Add(new("trouble", RoundToTenths(-Trouble * rest),
                    $"migration {trouble.Migration} failed through it {Math.Max(0, age.TotalMinutes):0} min ago: {trouble.Reason}"));
        }
    }

    private static double Points(FleetIndex fleet, double most, double share) =>
        RoundToTenths(most * (fleet.Fleet.Limits.Strategy == PlacementStrategy.Pack ? 1 - share : share));

    private static double Share(double part, double whole) => whole > 0 ? Math.Clamp(part / whole, 0, 1) : 0;

    private static double RoundToTenths(double points) => Math.Round(points, 1);
}
