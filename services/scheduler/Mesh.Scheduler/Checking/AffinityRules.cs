using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;
using Mesh.Scheduler.Fleets;

namespace Mesh.Scheduler.Checking;

/// <summary>Whether the hard rules that keep machines together or apart allow a host.</summary>
internal static class AffinityRules
{
    public static void Check(Objections against, FleetIndex fleet, HostName host, VmDescription vm)
    {
        foreach (var group in fleet.Groups)
            if (group.Rule.Hard && IsBroken(group, host, vm))
                against.Add(RefusalCode.VmAffinity, group.Rule.Apart
                    ? $"rule '{group.Rule.Name}' keeps {vm.Name} apart from {Apart(group, host, vm.Id)}, on {host} or on its way there"
                    : $"rule '{group.Rule.Name}' keeps {vm.Name} off {host} and together with {Together(group, host, vm.Id)}; drain them as one to move them");
    }

    /// <summary>Whether a machine on this host would break the rule, hard or not.</summary>
    public static bool IsBroken(AffinityGroup group, HostName host, VmDescription vm)
    {
        if (!group.Concerns(vm))
            return false;
        if (group.Rule.Apart)
            return group.HasOthersAt(host, vm.Id);
        var (all, here) = group.OtherHomes(host, vm.Id);
        return here < all;
    }

    private static string Apart(AffinityGroup group, HostName host, VmId vm) =>
        Words.Few(group.OthersAt(host, vm), member => member.Name);

    private static string Together(AffinityGroup group, HostName host, VmId vm) => Words.Few(
        group.OthersAwayFrom(host, vm),
        member => member.Destination is { } destination ? $"{member.Name} on its way to {destination}" : $"{member.Name} on {member.Present}");
}
