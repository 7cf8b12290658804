using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;

namespace Mesh.Scheduler.Fleets;

/// <summary>The resources that unfinished migrations reserve, and where affinity rules count their VMs.</summary>
internal sealed class MigrationIndex
{
    private static readonly List<DestinationReservation> None = [];

    private readonly Dictionary<MigrationId, MigrationView> _byId = [];
    private readonly Dictionary<VmId, MigrationView> _byVm = [];
    private readonly List<DestinationReservation>?[] _reservations;

    public MigrationIndex(IReadOnlyList<MigrationView> migrations, HostIndex hosts, VmIndex vms, SchedulingLimits limits)
    {
        _reservations = new List<DestinationReservation>?[hosts.All.Count];
        foreach (var migration in migrations)
            Add(migration, hosts, vms, limits);
    }

    public MigrationView? FindMigration(MigrationId id) => _byId.GetValueOrDefault(id);

    public MigrationView? MigrationOf(VmId vm) => _byVm.GetValueOrDefault(vm);

    public List<DestinationReservation> Reservations(IndexedHost host) => _reservations[host.Index] ?? None;

    /// <summary>The VMs of each rule, with their hosts and destinations.</summary>
    public IReadOnlyList<AffinityGroup> AffinityGroups(IReadOnlyList<VmAffinityRule> rules, HostIndex hosts, VmIndex vms)
    {
        if (rules.Count == 0)
            return [];
        AffinityGroup[] groups = [.. rules.Select(rule => new AffinityGroup(rule))];
        foreach (var located in vms.Running)
            foreach (var group in groups)
                if (group.AppliesTo(located.Vm))
                    group.Add(CreateMember(located, hosts));
        return groups;
    }

    private AffinityMember CreateMember(LocatedVm located, HostIndex hosts)
    {
        var migration = MigrationOf(located.Vm.Id);
        var destination = migration is not null && (DestinationReservation.IsHeldBy(migration) || migration.Phase == MigrationPhase.Confirming)
            ? migration.Destination
            : null;
        var isLeaving = destination is null
            && (migration?.Drain is not null || hosts.Find(located.Host)?.Host.Cordon is { State: CordonState.Draining });
        return new(located.Vm.Id, located.Vm.Name, located.Host, destination, isLeaving);
    }

    private void Add(MigrationView migration, HostIndex hosts, VmIndex vms, SchedulingLimits limits)
    {
        if (migration.Outcome is not null || migration.Phase == MigrationPhase.Ended)
            return;
        _byId[migration.Id] = migration;
        if (migration.VmId is { } id)
            _byVm[id] = migration;
        if (!DestinationReservation.IsHeldBy(migration) || migration.Destination is not { } destination || hosts.Find(destination) is not { } host)
            return;
        var vm = migration.VmId is { } moving ? vms.FindVm(moving)?.Vm : null;
        (_reservations[host.Index] ??= []).Add(DestinationReservation.FromMigration(migration, vm, host, limits.BandwidthFloor));
    }
}
