using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Hypervisor;
using Mesh.Scheduler.Fleets;

namespace Mesh.Scheduler.Checking;

/// <summary>Whether a VM can be migrated, and whether a host can take it: the rules of hosts and VMs, and beside them those of the fleet. Every reason at once.</summary>
public static class Eligibility
{
    /// <summary>The VM that a name or UUID denotes, or why it denotes no single one.</summary>
    public static (LocatedVm? Located, IReadOnlyList<Refusal> Refusals) ResolveVm(FleetIndex fleet, string vm)
    {
        ArgumentNullException.ThrowIfNull(fleet);
        ArgumentNullException.ThrowIfNull(vm);
        var (located, refusal) = fleet.ResolveVm(vm);
        return (located, refusal is null ? [] : [refusal]);
    }

    /// <summary>Why a VM cannot be migrated to any host; nothing if it can.</summary>
    /// <param name="fleet">The fleet.</param>
    /// <param name="vm">The VM, as the fleet has it.</param>
    /// <param name="options">How it would be migrated; whether they are valid is checked by <see cref="MigrationOptionsValidator"/>.</param>
    /// <param name="except">The migration that is checked, if it is one of the fleet's; null if it is none yet.</param>
    public static IReadOnlyList<Refusal> CheckVm(FleetIndex fleet, LocatedVm vm, MigrationOptions options, MigrationId? except = null)
    {
        ArgumentNullException.ThrowIfNull(fleet);
        ArgumentNullException.ThrowIfNull(vm);
        var refusals = new RefusalCollector();
        foreach (var refusal in VmMigratability.Check(vm, options, fleet.MigrationOf(vm.Vm.Id, except)?.Id))
            refusals.Add(refusal);
        foreach (var obstacle in fleet.Obstacles(vm.Vm.Id))
            refusals.Add(obstacle);
        NetworkFilter.CheckManagementNetworks(refusals, fleet, vm.Vm);
        refusals.AddIfAny(fleet.FindHost(vm.Host) is { } source ? CheckAvailability(fleet, source) : HostAvailability.UnknownHost(vm.Host));
        return refusals.All;
    }

    /// <summary>Why a host cannot take a VM; nothing if it can.</summary>
    /// <param name="fleet">The fleet.</param>
    /// <param name="vm">The VM, as the fleet has it.</param>
    /// <param name="host">The host.</param>
    /// <param name="options">How it would be migrated.</param>
    /// <param name="relaxAffinity">Whether hard rules of VM affinity may be broken.</param>
    /// <param name="except">The migration that is checked, if it is one of the fleet's: what it has reserved itself is free for it.</param>
    public static IReadOnlyList<Refusal> CheckHost(
        FleetIndex fleet, LocatedVm vm, HostName host, MigrationOptions options, bool relaxAffinity = false, MigrationId? except = null)
    {
        ArgumentNullException.ThrowIfNull(fleet);
        ArgumentNullException.ThrowIfNull(vm);
        ArgumentNullException.ThrowIfNull(options);
        if (fleet.FindHost(host) is not { } target)
            return [HostAvailability.UnknownHost(host)];
        var refusals = new RefusalCollector();
        refusals.AddIfAny(CheckAvailability(fleet, target));
        if (vm.Host == target.Name)
        {
            refusals.Add(RefusalText.SameHost(vm));
            return refusals.All;
        }

        if (target.Host.Cordon is { } cordon)
            refusals.Add(RefusalCode.Cordoned, DescribeCordon(cordon, target.Name));
        MigrationEligibility.CheckDestination(
            refusals, vm.Vm, target.Capabilities, CapacityFilter.Reserved(fleet, target, vm.Vm, except),
            mayBeIncoming: except is { } own && fleet.FindMigration(own)?.Destination == host);
        CapacityFilter.CheckVCpus(refusals, fleet, target, vm.Vm, except);
        if (fleet.FindHost(vm.Host) is { } source)
        {
            MigrationEligibility.CheckBetween(refusals, vm.Vm, source.Capabilities, target.Capabilities, options);
            NetworkFilter.Check(refusals, fleet, target, vm.Vm);
        }

        HostLabelFilter.Check(refusals, fleet, target, vm.Vm);
        if (!relaxAffinity)
            VmAffinityFilter.Check(refusals, fleet, host, vm.Vm);
        return refusals.All;
    }

    private static Refusal? CheckAvailability(FleetIndex fleet, IndexedHost host) => host.Host.Problems.FirstOrDefault(problem => problem.Kind == HostProblemKind.IdentityConflict) is { } conflict
        ? new(RefusalCode.HostConflict, $"{conflict.Message}; {conflict.Remedy}")
        : HostAvailability.Check(host.Name, host.Host.Health, host.Host.HypervisorReachable, host.Host.LastReportAt, fleet.Fleet.TakenAt);

    private static string DescribeCordon(HostCordon cordon, HostName host)
    {
        var reason = cordon.Reason.Length == 0 ? "" : $" ({cordon.Reason})";
        return cordon.State switch
        {
            CordonState.Draining => $"{host} is being drained by {cordon.RequestedBy}{reason}; cancel the drain to use it",
            CordonState.Maintenance => $"{host} was put into maintenance by {cordon.RequestedBy}{reason}; `mesh uncordon {host}` ends it",
            _ => $"{host} was cordoned by {cordon.RequestedBy}{reason}; `mesh uncordon {host}` ends it",
        };
    }
}
