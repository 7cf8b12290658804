using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;

namespace Mesh.Scheduler.Fleets;

/// <summary>
/// An indexed fleet, so that checking one VM against one host takes time in proportion to the number of rules. Immutable.
/// </summary>
public sealed class FleetIndex
{
    private readonly HostIndex _hosts;
    private readonly VmIndex _vms;
    private readonly MigrationIndex _migrations;

    /// <summary>Builds the index; takes time in proportion to hosts and VMs.</summary>
    public FleetIndex(Fleet fleet)
    {
        ArgumentNullException.ThrowIfNull(fleet);
        Fleet = fleet;
        _hosts = new(fleet.Hosts);
        _vms = new(_hosts.All);
        _migrations = new(fleet.Migrations, _hosts, _vms, fleet.Limits);
        Rules = new(fleet.Rules, _hosts.All);
        AffinityGroups = _migrations.AffinityGroups(fleet.Rules.VmAffinity, _hosts, _vms);
    }

    /// <summary>The fleet.</summary>
    public Fleet Fleet { get; }

    /// <summary>Every host, in the fleet's order.</summary>
    public IReadOnlyList<IndexedHost> Hosts => _hosts.All;

    /// <summary>The running VMs of each rule of <see cref="PlacementRules.VmAffinity"/>, in the same order.</summary>
    public IReadOnlyList<AffinityGroup> AffinityGroups { get; }

    internal RuleIndex Rules { get; }

    /// <summary>A host; null if no agent has reported it.</summary>
    public IndexedHost? FindHost(HostName host) => _hosts.Find(host);

    /// <summary>A VM where it runs, else where it is defined; null if no host reports it.</summary>
    public LocatedVm? FindVm(VmId vm) => _vms.FindVm(vm);

    /// <summary>Why a VM must not be moved, whatever its description says: its data is invalid, or two hosts run it.</summary>
    public IReadOnlyList<Refusal> Obstacles(VmId vm) => _vms.Obstacles(vm);

    /// <summary>The unfinished migration with that ID; null if there is none.</summary>
    public MigrationView? FindMigration(MigrationId id) => _migrations.FindMigration(id);

    /// <summary>The unfinished migration of a VM, other than the given one; null if there is none.</summary>
    public MigrationView? MigrationOf(VmId vm, MigrationId? except = null) =>
        _migrations.MigrationOf(vm) is { } migration && migration.Id != except ? migration : null;

    /// <summary>The resources that unfinished migrations will still take on their destination.</summary>
    public IReadOnlyList<DestinationReservation> Reservations(IndexedHost host)
    {
        ArgumentNullException.ThrowIfNull(host);
        return _migrations.Reservations(host);
    }

    /// <summary>
    /// Memory that is free for another VM on a host: reserved neither for the host itself nor for inbound migrations. May be negative.
    /// </summary>
    /// <param name="host">The host.</param>
    /// <param name="except">A migration whose reservation is ignored; null for none.</param>
    public Bytes FreeMemory(IndexedHost host, MigrationId? except = null)
    {
        ArgumentNullException.ThrowIfNull(host);
        return host.Inventory.Capacity.FreeMemory - Fleet.Limits.MemoryReserve - ReservedMemory(host, except);
    }

    /// <summary>vCPUs of the VMs on a host, with those of inbound migrations.</summary>
    /// <param name="host">The host.</param>
    /// <param name="except">A migration that is ignored; null for none.</param>
    public int AllocatedVCpus(IndexedHost host, MigrationId? except = null)
    {
        ArgumentNullException.ThrowIfNull(host);
        var sum = host.RunningVCpus;
        foreach (var reservation in _migrations.Reservations(host))
            if (reservation.Migration.Id != except)
                sum += reservation.VCpus;
        return sum;
    }

    internal (LocatedVm? Located, Refusal? Refusal) ResolveVm(string vm) => _vms.Resolve(vm);

    internal Bytes ReservedMemory(IndexedHost host, MigrationId? except)
    {
        var sum = Bytes.Zero;
        foreach (var reservation in _migrations.Reservations(host))
            if (reservation.Migration.Id != except)
                sum += reservation.Memory;
        return sum;
    }
}
