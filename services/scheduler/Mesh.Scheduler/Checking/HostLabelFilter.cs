using Mesh.Contracts.Migrations;
using Mesh.Contracts.Vms;
using Mesh.Scheduler.Fleets;

namespace Mesh.Scheduler.Checking;

/// <summary>Whether a host's labels are what the machine and the rules for it ask for, and whether the host is kept for others.</summary>
internal static class HostLabelFilter
{
    public static void Check(RefusalCollector refusals, FleetIndex fleet, IndexedHost host, VmDescription vm)
    {
        if (vm.Placement is { HostSelector: { Count: > 0 } selector } && !LabelSelector.MatchesLabels(host.Labels, selector))
            refusals.Add(RefusalCode.HostLabelMismatch, $"{vm.Name} asks for a host with {LabelSelector.Describe(selector)}, which {host.Name} is not");
        var rules = fleet.Rules;
        for (var i = 0; i < rules.Rules.HostAffinity.Count; i++)
        {
            var rule = rules.Rules.HostAffinity[i];
            if (rule.Required && !rules.MatchesAffinity(i, host) && LabelSelector.MatchesLabels(vm.Labels, rule.Vms))
                refusals.Add(RefusalCode.HostLabelMismatch,
                    $"rule '{rule.Name}' wants {vm.Name} on a host with {LabelSelector.Describe(rule.Hosts)}, which {host.Name} is not");
        }

        for (var i = 0; i < rules.Rules.Taints.Count; i++)
        {
            var taint = rules.Rules.Taints[i];
            if (taint.Hard && rules.IsTainted(i, host) && !Tolerates(vm, taint.ToleratedBy))
                refusals.Add(RefusalCode.TaintNotTolerated, taint.ToleratedBy.Count == 0
                    ? $"taint '{taint.Name}' keeps every machine from {host.Name}, also {vm.Name}"
                    : $"taint '{taint.Name}' keeps {host.Name} for machines with {LabelSelector.Describe(taint.ToleratedBy)}, and {vm.Name} is not one");
        }
    }

    /// <summary>Whether a machine bears what a taint asks of those that may come; nothing asked lets none come.</summary>
    public static bool Tolerates(VmDescription vm, IReadOnlyDictionary<string, string> toleratedBy) =>
        toleratedBy.Count > 0 && LabelSelector.MatchesLabels(vm.Labels, toleratedBy);
}
