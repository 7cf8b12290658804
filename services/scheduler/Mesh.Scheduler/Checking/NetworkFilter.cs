using Mesh.Contracts.Migrations;
using Mesh.Contracts.Vms;
using Mesh.Hypervisor;
using Mesh.Scheduler.Fleets;

namespace Mesh.Scheduler.Checking;

/// <summary>Whether a host has the networks of a VM, by their rules or else by its own report. What is not known of a host is no reason against it.</summary>
internal static class NetworkFilter
{
    public static void Check(RefusalCollector refusals, FleetIndex fleet, IndexedHost host, VmDescription vm)
    {
        for (var i = 0; i < vm.Networks.Count; i++)
        {
            var network = vm.Networks[i];
            if (!IsNamed(network))
                continue;
            if (fleet.Rules.HasNetwork(network.Source, host) is { } byRule)
            {
                if (!byRule)
                    refusals.Add(RefusalCode.NetworkNotReachable,
                        $"{host.Name} does not have the network {network.Source} of {vm.Name}: its rule requires "
                        + LabelSelector.Describe(fleet.Rules.FindNetwork(network.Source)!.Hosts));
            }
            else if (host.Networks is { } offered && !offered.Contains(network.Source))
            {
                refusals.Add(RefusalCode.NetworkNotReachable,
                    $"{host.Name} does not have the {network.Kind} {network.Source} that {vm.Name} is connected to; set it up there first");
            }
        }
    }

    /// <summary>Checks that no network is one that VMs must not leave.</summary>
    public static void CheckManagementNetworks(RefusalCollector refusals, FleetIndex fleet, VmDescription vm)
    {
        foreach (var network in vm.Networks)
        {
            var isBridge = network.Kind == "bridge" && fleet.Fleet.Limits.ManagementBridges.Contains(network.Source, StringComparer.Ordinal);
            if (isBridge || (IsNamed(network) && fleet.Rules.FindNetwork(network.Source) is { Moves: false }))
                refusals.Add(RefusalCode.ManagementBridge,
                    $"{vm.Name} is on the management network {network.Source}, where its address cannot move with it; connect it to another network first");
        }
    }

    // A bridge or a libvirt network, which a host has by that name or has not.
    private static bool IsNamed(VmNetwork network) => network is { Kind: "bridge" or "network", Source.Length: > 0 };
}
