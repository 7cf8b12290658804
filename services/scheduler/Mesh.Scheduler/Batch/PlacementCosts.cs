using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;
using Mesh.Scheduler.Checking;
using Mesh.Scheduler.Fleets;

namespace Mesh.Scheduler.Batch;

/// <summary>The costs of placing VMs on hosts: violated soft rules, recent failures of the host, and changes of the plan.</summary>
internal sealed class PlacementCosts(FleetIndex fleet, IReadOnlyDictionary<VmId, HostName>? planned)
{
    private const double WeightMax = 100;
    private const double Failure = 0.5;
    private const double ChangeOfPlan = 0.1;

    private readonly double[] _failures = [.. fleet.Hosts.Select(host =>
        host.Host.RecentFailures?.Any(failure => fleet.Fleet.TakenAt - failure.At < fleet.Fleet.Limits.FailurePenaltyTime) == true ? Failure : 0)];

    /// <summary>The cost of each host; null if all are zero.</summary>
    public IReadOnlyList<double>? Compute(VmDescription vm)
    {
        var home = planned is not null && planned.TryGetValue(vm.Id, out var host) ? host : (HostName?)null;
        var costs = fleet.Hosts.Select((host, number) =>
            _failures[number] + RuleCosts(vm, host) + (home is not null && home != host.Name ? ChangeOfPlan : 0)).ToArray();
        return Array.Exists(costs, cost => cost > 0) ? costs : null;
    }

    private double RuleCosts(VmDescription vm, IndexedHost host)
    {
        double sum = 0;
        var rules = fleet.Fleet.Rules;
        for (var rule = 0; rule < rules.HostAffinity.Count; rule++)
            if (rules.HostAffinity[rule] is { Required: false } affinity && LabelSelector.MatchesLabels(vm.Labels, affinity.Vms) && !fleet.Rules.MatchesAffinity(rule, host))
                sum += affinity.Weight / WeightMax;
        for (var rule = 0; rule < rules.Taints.Count; rule++)
            if (rules.Taints[rule] is { Hard: false } taint && fleet.Rules.IsTainted(rule, host)
                && !HostLabelFilter.Tolerates(vm, taint.ToleratedBy))
                sum += taint.Weight / WeightMax;
        foreach (var group in fleet.AffinityGroups)
            if (!group.Rule.Hard && VmAffinityFilter.IsViolated(group, host.Name, vm))
                sum += group.Rule.Weight / WeightMax;
        return sum;
    }
}
