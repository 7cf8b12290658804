using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;
using Mesh.Scheduler.Checking;
using Mesh.Scheduler.Fleets;

namespace Mesh.Scheduler.Placing;

/// <summary>
/// Scores a host that can take a VM. Memory gives up to 100 points, CPUs and the link up to 50 each; rules and taints add or subtract their
/// weights of 1 to 100.
/// </summary>
internal static class HostScorer
{
    private const double Memory = 100;
    private const double Cpus = 50;
    private const double Link = 50;
    private const double Fit = 20;
    private const double Failure = 40;
    private const double BrokenRule = 200;

    /// <summary>The terms of a host's score.</summary>
    public static IReadOnlyList<RatingTerm> Score(FleetIndex fleet, PlacementQuery query, IndexedHost host, DateTimeOffset now)
    {
        var vm = query.Vm.Vm;
        var terms = new List<RatingTerm> { FreeMemory(fleet, query, host), FreeCpus(fleet, query, host), FreeLink(fleet, query, host) };
        AddFit(terms, fleet, query, host);
        AddHostAffinity(terms, fleet, host, vm);
        AddTaints(terms, fleet, host, vm);
        foreach (var group in fleet.AffinityGroups)
            AddVmAffinity(terms, group, host.Name, vm);
        AddFailures(terms, fleet.Fleet.Limits.FailurePenaltyTime, host, now);
        return terms;
    }

    private static RatingTerm FreeMemory(FleetIndex fleet, PlacementQuery query, IndexedHost host)
    {
        var all = host.Inventory.Capacity.Memory;
        var left = fleet.FreeMemory(host, query.Except) - (query.Vm.Vm.HugePageSize is null ? query.Vm.Vm.Memory : Bytes.Zero);
        return new("free memory", Points(fleet, Memory, Share(left.Count, all.Count)), $"{left} of {all} memory free after the migration");
    }

    private static RatingTerm FreeCpus(FleetIndex fleet, PlacementQuery query, IndexedHost host)
    {
        var taken = fleet.AllocatedVCpus(host, query.Except) + query.Vm.Vm.VCpus;
        var logical = host.Inventory.Capacity.LogicalCpus;

        // Half the points at one vCPU per logical CPU, so that overcommitted hosts still differ.
        var share = logical / (double)(logical + taken);
        return new("free CPUs", Points(fleet, Cpus, share), $"{taken} vCPUs on {logical} logical CPUs after the migration");
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
            $"{new BytesPerSecond((long)free)} of {new BytesPerSecond((long)link)} free for migrations on its link");
    }

    private static void AddFit(List<RatingTerm> terms, FleetIndex fleet, PlacementQuery query, IndexedHost host)
    {
        var vm = query.Vm.Vm;
        if (vm.HugePageSize is { } size)
        {
            if (CapacityFilter.FreeHugePages(fleet, host, size, query.Except) is { Count: > 0 } before && before - vm.Memory is var left)
                terms.Add(new("huge pages", RoundToTenths(Fit * Share(left.Count, before.Count)), $"{left} of {size} huge pages free after the migration"));
        }
        else if (vm.NumaNodes is null && host.Inventory.Capacity.NumaCells is { Count: > 0 } cells)
        {
            var cell = cells.Where(cell => cell.FreeMemory >= vm.Memory && cell.LogicalCpus >= vm.VCpus).MaxBy(cell => cell.FreeMemory);
            terms.Add(cell is null ? new("NUMA", 0, "does not fit into a single NUMA node") : new("NUMA", Fit, $"fits into NUMA node {cell.Id}"));
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
                terms.Add(new("taint", -taints[i].Weight, $"taint '{taints[i].Name}' keeps VMs away if possible"));
    }

    private static void AddVmAffinity(List<RatingTerm> terms, AffinityGroup group, HostName host, VmDescription vm)
    {
        var rule = group.Rule;
        if (!group.AppliesTo(vm))
            return;
        if (rule.Hard)
        {
            // A host that breaks a hard rule gets here only when that is allowed.
            if (VmAffinityFilter.IsViolated(group, host, vm))
                terms.Add(new("VM affinity", -BrokenRule, $"breaks rule '{rule.Name}'"));
        }
        else if (rule.Apart)
        {
            if (group.HasOthersAt(host, vm.Id))
                terms.Add(new("VM affinity", -rule.Weight, $"rule '{rule.Name}' prefers it apart from the VMs there"));
        }
        else if (group.CountOthers(host, vm.Id) is { Here: > 0 } homes)
        {
            var share = Share(homes.Here, homes.All);
            terms.Add(new("VM affinity", RoundToTenths(rule.Weight * share), $"rule '{rule.Name}' prefers it with its group: {homes.Here} of {homes.All} are there"));
        }
    }

    private static void AddFailures(List<RatingTerm> terms, TimeSpan penaltyTime, IndexedHost host, DateTimeOffset now)
    {
        foreach (var failure in host.Host.RecentFailures ?? [])
        {
            var age = now - failure.At;
            var rest = penaltyTime > TimeSpan.Zero ? Math.Clamp(1 - age / penaltyTime, 0, 1) : 0;
            if (rest > 0)
                terms.Add(new("recent failure", RoundToTenths(-Failure * rest),
                    $"migration {failure.Migration} failed on it {Math.Max(0, age.TotalMinutes):0} min ago: {failure.Reason}"));
        }
    }

    private static double Points(FleetIndex fleet, double most, double share) =>
        RoundToTenths(most * (fleet.Fleet.Limits.Strategy == PlacementStrategy.Pack ? 1 - share : share));

    private static double Share(double part, double whole) => whole > 0 ? Math.Clamp(part / whole, 0, 1) : 0;

    private static double RoundToTenths(double points) => Math.Round(points, 1);
}
