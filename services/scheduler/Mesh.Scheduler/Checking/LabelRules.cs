using Mesh.Contracts.Migrations;
using Mesh.Contracts.Vms;
using Mesh.Scheduler.Fleets;

namespace Mesh.Scheduler.Checking;

/// <summary>Whether a host's labels are what the machine and the rules for it ask for, and whether the host is kept for others.</summary>
internal static class LabelRules
{
    public static void Check(Objections against, FleetIndex fleet, IndexedHost host, VmDescription vm)
    {
        if (vm.Placement is { HostSelector: { Count: > 0 } selector } && !Labels.Bears(host.Labels, selector))
            against.Add(RefusalCode.HostLabels, $"{vm.Name} asks for a host with {Labels.Of(selector)}, which {host.Name} is not");
        var rules = fleet.Rules;
        for (var i = 0; i < rules.Rules.HostAffinity.Count; i++)
        {
            var rule = rules.Rules.HostAffinity[i];
            if (rule.Required && !rules.MeetsAffinity(i, host) && Labels.Bears(vm.Labels, rule.Vms))
                against.Add(RefusalCode.HostLabels,
                    $"rule '{rule.Name}' wants {vm.Name} on a host with {Labels.Of(rule.Hosts)}, which {host.Name} is not");
        }

        for (var i = 0; i < rules.Rules.Taints.Count; i++)
        {
            var taint = rules.Rules.Taints[i];
            if (taint.Hard && rules.IsTainted(i, host) && !Tolerates(vm, taint.ToleratedBy))
                against.Add(RefusalCode.Tainted, taint.ToleratedBy.Count == 0
                    ? $"taint '{taint.Name}' keeps every machine from {host.Name}, also {vm.Name}"
                    : $"taint '{taint.Name}' keeps {host.Name} for machines with {Labels.Of(taint.ToleratedBy)}, and {vm.Name} is not one");
        }
    }

    /// <summary>Whether a machine bears what a taint asks of those that may come; nothing asked lets none come.</summary>
    public static bool Tolerates(VmDescription vm, IReadOnlyDictionary<string, string> toleratedBy) =>
        toleratedBy.Count > 0 && Labels.Bears(vm.Labels, toleratedBy);
}
