using Mesh.Contracts.Migrations;
using Mesh.Contracts.Vms;
using Mesh.Hypervisor;
using Mesh.Scheduler.Fleets;

namespace Mesh.Scheduler.Checking;

/// <summary>Whether a host's labels match the VM's host selector and the rules for it, and whether a taint reserves the host for others.</summary>
internal static class HostLabelFilter
{
    public static void Check(RefusalCollector refusals, FleetIndex fleet, IndexedHost host, VmDescription vm)
    {
        if (vm.Placement is { HostSelector: { Count: > 0 } selector } && !LabelSelector.MatchesLabels(host.Labels, selector))
            refusals.Add(RefusalCode.HostLabelMismatch, $"{vm.Name} requires a host with {LabelSelector.Describe(selector)}, and {host.Name} does not match");
        var rules = fleet.Rules;
        for (var i = 0; i < rules.Rules.HostAffinity.Count; i++)
        {
            var rule = rules.Rules.HostAffinity[i];
            if (rule.Required && !rules.MatchesAffinity(i, host) && LabelSelector.MatchesLabels(vm.Labels, rule.Vms))
                refusals.Add(RefusalCode.HostLabelMismatch,
                    $"rule '{rule.Name}' requires a host with {LabelSelector.Describe(rule.Hosts)} for {vm.Name}, and {host.Name} does not match");
        }

        for (var i = 0; i < rules.Rules.Taints.Count; i++)
        {
            var taint = rules.Rules.Taints[i];
            if (taint.Hard && rules.IsTainted(i, host) && !Tolerates(vm, taint.ToleratedBy))
                refusals.Add(RefusalCode.TaintNotTolerated, taint.ToleratedBy.Count == 0
                    ? $"taint '{taint.Name}' keeps every VM off {host.Name}"
                    : $"taint '{taint.Name}' reserves {host.Name} for VMs with {LabelSelector.Describe(taint.ToleratedBy)}, and {vm.Name} does not match");
        }
    }

    /// <summary>Whether a VM has the labels that tolerate a taint; a taint without such labels is tolerated by none.</summary>
    public static bool Tolerates(VmDescription vm, IReadOnlyDictionary<string, string> toleratedBy) =>
        toleratedBy.Count > 0 && LabelSelector.MatchesLabels(vm.Labels, toleratedBy);
}
