using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;
using Mesh.Hypervisor;
using Mesh.Scheduler.Fleets;

namespace Mesh.Scheduler.Checking;

/// <summary>Whether the hard rules that keep VMs together or apart allow a host.</summary>
internal static class VmAffinityFilter
{
    public static void Check(RefusalCollector refusals, FleetIndex fleet, HostName host, VmDescription vm)
    {
        foreach (var group in fleet.AffinityGroups)
            if (group.Rule.Hard && IsViolated(group, host, vm))
                refusals.Add(RefusalCode.VmAffinity, group.Rule.Apart
                    ? $"rule '{group.Rule.Name}' keeps {vm.Name} apart from {DescribeOthersHere(group, host, vm.Id)}, on or migrating to {host}"
                    : $"rule '{group.Rule.Name}' keeps {vm.Name} off {host} and together with {DescribeOthersAway(group, host, vm.Id)}; use a drain to migrate them together");
    }

    /// <summary>Whether a VM on this host would break the rule, hard or not.</summary>
    public static bool IsViolated(AffinityGroup group, HostName host, VmDescription vm)
    {
        if (!group.AppliesTo(vm))
            return false;
        if (group.Rule.Apart)
            return group.HasOthersAt(host, vm.Id);
        var (all, here) = group.CountOthers(host, vm.Id);
        return here < all;
    }

    private static string DescribeOthersHere(AffinityGroup group, HostName host, VmId vm) =>
        RefusalText.Summarize(group.OthersAt(host, vm), member => member.Name);

    private static string DescribeOthersAway(AffinityGroup group, HostName host, VmId vm) => RefusalText.Summarize(
        group.OthersAwayFrom(host, vm),
        member => member.Destination is { } destination ? $"{member.Name} migrating to {destination}" : $"{member.Name} on {member.CurrentHost}");
}
