using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;

namespace Mesh.Scheduler.Fleets;

/// <summary>What the unfinished migrations take of hosts, and where rules see the machines that they move.</summary>
internal sealed class Traffic
{
    private static readonly List<Arrival> None = [];

    private readonly Dictionary<MigrationId, MigrationView> _byId = [];
    private readonly Dictionary<VmId, MigrationView> _byVm = [];
    private readonly List<Arrival>?[] _arrivals;

    public Traffic(IReadOnlyList<MigrationView> migrations, FleetHosts hosts, MachineIndex machines, SchedulingLimits limits)
    {
        _arrivals = new List<Arrival>?[hosts.All.Count];
        foreach (var migration in migrations)
            Add(migration, hosts, machines, limits);
    }

    public MigrationView? Migration(MigrationId id) => _byId.GetValueOrDefault(id);

    public MigrationView? MigrationOf(VmId vm) => _byVm.GetValueOrDefault(vm);

    public List<Arrival> Arrivals(IndexedHost host) => _arrivals[host.Number] ?? None;

    /// <summary>The machines of each rule, with where they are and where they go.</summary>
    public IReadOnlyList<AffinityGroup> Groups(IReadOnlyList<VmAffinityRule> rules, FleetHosts hosts, MachineIndex machines)
    {
        if (rules.Count == 0)
            return [];
        AffinityGroup[] groups = [.. rules.Select(rule => new AffinityGroup(rule))];
        foreach (var located in machines.Running)
            foreach (var group in groups)
                if (group.Concerns(located.Vm))
                    group.Add(Member(located, hosts));
        return groups;
    }

    private AffinityMember Member(LocatedVm located, FleetHosts hosts)
    {
        var migration = MigrationOf(located.Vm.Id);
        var destination = migration is not null && (Arrival.HoldsPlace(migration) || migration.Phase == MigrationPhase.Settling)
            ? migration.Destination
            : null;
        var isLeaving = destination is null
            && (migration?.Drain is not null || hosts.Find(located.Host)?.Host.Cordon is { State: CordonState.Draining });
        return new(located.Vm.Id, located.Vm.Name, located.Host, destination, isLeaving);
    }

    private void Add(MigrationView migration, FleetHosts hosts, MachineIndex machines, SchedulingLimits limits)
    {
        if (migration.Outcome is not null || migration.Phase == MigrationPhase.Ended)
            return;
        _byId[migration.Id] = migration;
        if (migration.VmId is { } id)
            _byVm[id] = migration;
        if (!Arrival.HoldsPlace(migration) || migration.Destination is not { } destination || hosts.Find(destination) is not { } host)
            return;
        var vm = migration.VmId is { } moving ? machines.Located(moving)?.Vm : null;
        (_arrivals[host.Number] ??= []).Add(Arrival.Of(migration, vm, host, limits.BandwidthFloor));
    }
}
