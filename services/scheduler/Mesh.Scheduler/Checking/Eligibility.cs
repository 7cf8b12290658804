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
    public static (LocatedVm? Located, IReadOnlyList<Refusal> Refusals) Find(FleetIndex fleet, string vm)
    {
        ArgumentNullException.ThrowIfNull(fleet);
        ArgumentNullException.ThrowIfNull(vm);
        var (located, refusal) = fleet.Find(vm);
        return (located, refusal is null ? [] : [refusal]);
    }

    /// <summary>Why a machine cannot move at all, wherever it goes; nothing if it can.</summary>
    /// <param name="fleet">The fleet.</param>
    /// <param name="vm">The machine, as the fleet has it.</param>
    /// <param name="options">How it would be moved; whether they are accepted is <see cref="OptionRules"/>' question.</param>
    /// <param name="except">The migration that is judged, if it is one of the fleet's; null if it is none yet.</param>
    public static IReadOnlyList<Refusal> OfVm(FleetIndex fleet, LocatedVm vm, MigrationOptions options, MigrationId? except = null)
    {
        ArgumentNullException.ThrowIfNull(fleet);
        ArgumentNullException.ThrowIfNull(vm);
        var against = new Objections();
        foreach (var refusal in VmRules.Check(vm, options, fleet.MigrationOf(vm.Vm.Id, except)?.Id))
            against.Add(refusal);
        CheckManagementBridges(against, fleet, vm.Vm);
        if (fleet.Host(vm.Host) is { } source)
            HostRules.CheckUp(against, source, fleet.Fleet.TakenAt);
        else
            against.Add(HostRules.Unknown(vm.Host));
        return against.All;
    }

    /// <summary>What speaks against a host as the destination of a machine; nothing if it can take it.</summary>
    /// <param name="fleet">The fleet.</param>
    /// <param name="vm">The machine, as the fleet has it.</param>
    /// <param name="host">The host.</param>
    /// <param name="options">How it would be moved.</param>
    /// <param name="relaxAffinity">Whether hard rules that keep machines together or apart may be broken.</param>
    /// <param name="except">The migration that is judged, if it is one of the fleet's: what it takes itself is free for it.</param>
    public static IReadOnlyList<Refusal> OfHost(
        FleetIndex fleet, LocatedVm vm, HostName host, MigrationOptions options, bool relaxAffinity = false, MigrationId? except = null)
    {
        ArgumentNullException.ThrowIfNull(fleet);
        ArgumentNullException.ThrowIfNull(vm);
        ArgumentNullException.ThrowIfNull(options);
        if (fleet.Host(host) is not { } target)
            return [HostRules.Unknown(host)];
        var against = new Objections();
        HostRules.CheckUp(against, target, fleet.Fleet.TakenAt);
        if (HostRules.IsSame(against, target, vm))
            return against.All;
        if (target.Host.Cordon is { } cordon)
            against.Add(RefusalCode.Cordoned, Closed(cordon, target.Name));
        HostRules.CheckNamesake(against, target, vm.Vm, mayBeArriving: except is { } own && fleet.Migration(own)?.Destination == host);
        HostRules.CheckProcessors(against, target, vm.Vm);
        CapacityRules.Check(against, fleet, target, vm.Vm, except);
        if (fleet.Host(vm.Host) is { } source)
        {
            HypervisorRules.Check(against, source, target, vm.Vm);
            ReachRules.Check(against, fleet, source, target, vm.Vm, options);
        }

        LabelRules.Check(against, fleet, target, vm.Vm);
        if (!relaxAffinity)
            AffinityRules.Check(against, fleet, host, vm.Vm);
        return against.All;
    }

    private static void CheckManagementBridges(Objections against, FleetIndex fleet, VmDescription vm)
    {
        foreach (var network in vm.Networks)
        {
            var isBridge = network.Kind == "bridge" && fleet.Fleet.Limits.ManagementBridges.Contains(network.Source, StringComparer.Ordinal);
            if (isBridge || (ReachRules.IsNamed(network) && fleet.Rules.Network(network.Source) is { Moves: false }))
                against.Add(RefusalCode.ManagementBridge,
                    $"{vm.Name} is on the management network {network.Source}, where its address does not move with it; connect it to another network first");
        }
    }

    private static string Closed(HostCordon cordon, HostName host)
    {
        var why = cordon.Why.Length == 0 ? "" : $" ({cordon.Why})";
        return cordon.State switch
        {
            CordonState.Draining => $"{host} is being drained by {cordon.By}{why}; withdraw the drain to use it",
            CordonState.Maintenance => $"{host} was put into maintenance by {cordon.By}{why}; `mesh uncordon {host}` opens it again",
            _ => $"{host} was cordoned by {cordon.By}{why}; `mesh uncordon {host}` opens it again",
        };
    }
}
