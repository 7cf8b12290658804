using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;
using Mesh.Scheduler.Fleets;

namespace Mesh.Scheduler.Checking;

/// <summary>Whether a machine may move, and whether a host may take it: every reason at once, before anything starts.</summary>
public static class Eligibility
{
    /// <summary>The machine that a name or UUID means, or why no single one is meant.</summary>
    public static (LocatedVm? Located, IReadOnlyList<Refusal> Refusals) ResolveVm(FleetIndex fleet, string vm)
    {
        ArgumentNullException.ThrowIfNull(fleet);
        ArgumentNullException.ThrowIfNull(vm);
        var (located, refusal) = fleet.ResolveVm(vm);
        return (located, refusal is null ? [] : [refusal]);
    }

    /// <summary>Why a machine cannot move at all, wherever it goes; nothing if it can.</summary>
    /// <param name="fleet">The fleet.</param>
    /// <param name="vm">The machine, as the fleet has it.</param>
    /// <param name="options">How it would be moved; whether they are accepted is <see cref="MigrationOptionsValidator"/>' question.</param>
    /// <param name="except">The migration that is judged, if it is one of the fleet's; null if it is none yet.</param>
    public static IReadOnlyList<Refusal> CheckVm(FleetIndex fleet, LocatedVm vm, MigrationOptions options, MigrationId? except = null)
    {
        ArgumentNullException.ThrowIfNull(fleet);
        ArgumentNullException.ThrowIfNull(vm);
        var refusals = new RefusalCollector();
        foreach (var refusal in VmMigratability.Check(vm, options, fleet.MigrationOf(vm.Vm.Id, except)?.Id))
            refusals.Add(refusal);
        CheckManagementBridges(refusals, fleet, vm.Vm);
        if (fleet.FindHost(vm.Host) is { } source)
            HostFilter.CheckHealth(refusals, source, fleet.Fleet.TakenAt);
        else
            refusals.Add(HostFilter.UnknownHost(vm.Host));
        return refusals.All;
    }

    /// <summary>What speaks against a host as the destination of a machine; nothing if it can take it.</summary>
    /// <param name="fleet">The fleet.</param>
    /// <param name="vm">The machine, as the fleet has it.</param>
    /// <param name="host">The host.</param>
    /// <param name="options">How it would be moved.</param>
    /// <param name="relaxAffinity">Whether hard rules that keep machines together or apart may be broken.</param>
    /// <param name="except">The migration that is judged, if it is one of the fleet's: what it takes itself is free for it.</param>
    public static IReadOnlyList<Refusal> CheckHost(
        FleetIndex fleet, LocatedVm vm, HostName host, MigrationOptions options, bool relaxAffinity = false, MigrationId? except = null)
    {
        ArgumentNullException.ThrowIfNull(fleet);
        ArgumentNullException.ThrowIfNull(vm);
        ArgumentNullException.ThrowIfNull(options);
        if (fleet.FindHost(host) is not { } target)
            return [HostFilter.UnknownHost(host)];
        var refusals = new RefusalCollector();
        HostFilter.CheckHealth(refusals, target, fleet.Fleet.TakenAt);
        if (HostFilter.CheckSameHost(refusals, target, vm))
            return refusals.All;
        if (target.Host.Cordon is { } cordon)
            refusals.Add(RefusalCode.Cordoned, DescribeCordon(cordon, target.Name));
        HostFilter.CheckVmExists(refusals, target, vm.Vm, mayBeIncoming: except is { } own && fleet.FindMigration(own)?.Destination == host);
        HostFilter.CheckCpu(refusals, target, vm.Vm);
        CapacityFilter.Check(refusals, fleet, target, vm.Vm, except);
        if (fleet.FindHost(vm.Host) is { } source)
        {
            HypervisorFilter.Check(refusals, source, target, vm.Vm);
            ReachabilityFilter.Check(refusals, fleet, source, target, vm.Vm, options);
        }

        HostLabelFilter.Check(refusals, fleet, target, vm.Vm);
        if (!relaxAffinity)
            VmAffinityFilter.Check(refusals, fleet, host, vm.Vm);
        return refusals.All;
    }

    private static void CheckManagementBridges(RefusalCollector refusals, FleetIndex fleet, VmDescription vm)
    {
        foreach (var network in vm.Networks)
        {
            var isBridge = network.Kind == "bridge" && fleet.Fleet.Limits.ManagementBridges.Contains(network.Source, StringComparer.Ordinal);
            if (isBridge || (ReachabilityFilter.IsNamed(network) && fleet.Rules.FindNetwork(network.Source) is { Moves: false }))
                refusals.Add(RefusalCode.ManagementBridge,
                    $"{vm.Name} is on the management network {network.Source}, where its address does not move with it; connect it to another network first");
        }
    }

    private static string DescribeCordon(HostCordon cordon, HostName host)
    {
        var why = cordon.Reason.Length == 0 ? "" : $" ({cordon.Reason})";
        return cordon.State switch
        {
            CordonState.Draining => $"{host} is being drained by {cordon.RequestedBy}{why}; withdraw the drain to use it",
            CordonState.Maintenance => $"{host} was put into maintenance by {cordon.RequestedBy}{why}; `mesh uncordon {host}` opens it again",
            _ => $"{host} was cordoned by {cordon.RequestedBy}{why}; `mesh uncordon {host}` opens it again",
        };
    }
}
