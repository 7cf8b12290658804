using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;

namespace Mesh.Scheduler.Fleets;

/// <summary>
/// A fleet with everything at hand that tells who may move where, so that judging one machine on one host takes about as many steps as there
/// are rules. It never changes; what a further admission takes is in the one that <see cref="With"/> gives.
/// </summary>
public sealed class FleetIndex
{
    private readonly FleetHosts _hosts;
    private readonly MachineIndex _machines;
    private readonly Traffic _traffic;

    /// <summary>Makes the index; takes time in proportion to hosts and machines.</summary>
    public FleetIndex(Fleet fleet)
    {
        ArgumentNullException.ThrowIfNull(fleet);
        Fleet = fleet;
        _hosts = new(fleet.Hosts);
        _machines = new(_hosts.All);
        _traffic = new(fleet.Migrations, _hosts, _machines, fleet.Limits);
        Rules = new(fleet.Rules, _hosts.All);
        Groups = _traffic.Groups(fleet.Rules.VmAffinity, _hosts, _machines);
    }

    private FleetIndex(FleetIndex before, IReadOnlyList<MigrationView> migrations)
    {
        Fleet = before.Fleet with { Migrations = migrations };
        _hosts = before._hosts;
        _machines = before._machines;
        _traffic = new(migrations, _hosts, _machines, Fleet.Limits);
        Rules = before.Rules;
        Groups = _traffic.Groups(Fleet.Rules.VmAffinity, _hosts, _machines);
    }

    /// <summary>The fleet itself.</summary>
    public Fleet Fleet { get; }

    /// <summary>Every host, in the fleet's order.</summary>
    public IReadOnlyList<IndexedHost> Hosts => _hosts.All;

    /// <summary>The running machines of each rule of <see cref="PlacementRules.VmAffinity"/>, in the same order.</summary>
    public IReadOnlyList<AffinityGroup> Groups { get; }

    internal RuleIndex Rules { get; }

    /// <summary>A host; null if no agent has reported it.</summary>
    public IndexedHost? Host(HostName host) => _hosts.Find(host);

    /// <summary>A machine where it runs, else where it is known; null if no host knows it.</summary>
    public LocatedVm? Located(VmId vm) => _machines.Located(vm);

    /// <summary>An unfinished migration; null if there is none of that identity.</summary>
    public MigrationView? Migration(MigrationId id) => _traffic.Migration(id);

    /// <summary>The unfinished migration of a machine, other than the given one; null if there is none.</summary>
    public MigrationView? MigrationOf(VmId vm, MigrationId? except = null) =>
        _traffic.MigrationOf(vm) is { } migration && migration.Id != except ? migration : null;

    /// <summary>What unfinished migrations will still take of a host that they go to.</summary>
    public IReadOnlyList<Arrival> Arrivals(IndexedHost host)
    {
        ArgumentNullException.ThrowIfNull(host);
        return _traffic.Arrivals(host);
    }

    /// <summary>
    /// Memory that a machine could be given on a host now: free, and kept neither for the host itself nor for migrations on their way. May be
    /// negative.
    /// </summary>
    /// <param name="host">The host.</param>
    /// <param name="except">A migration whose share is not kept; null for none.</param>
    public Bytes MemoryLeft(IndexedHost host, MigrationId? except = null)
    {
        ArgumentNullException.ThrowIfNull(host);
        return host.Inventory.Capacity.FreeMemory - Fleet.Limits.MemoryReserve - Reserved(host, except);
    }

    /// <summary>Virtual processors that a host runs, with those on their way to it.</summary>
    /// <param name="host">The host.</param>
    /// <param name="except">A migration that does not count; null for none.</param>
    public int VCpus(IndexedHost host, MigrationId? except = null)
    {
        ArgumentNullException.ThrowIfNull(host);
        var sum = host.VCpusRunning;
        foreach (var arrival in _traffic.Arrivals(host))
            if (arrival.Migration.Id != except)
                sum += arrival.VCpus;
        return sum;
    }

    /// <summary>The same fleet with one migration more, or with a newer account of one; for what was decided since it was taken.</summary>
    public FleetIndex With(MigrationView migration)
    {
        ArgumentNullException.ThrowIfNull(migration);
        return new(this, [.. Fleet.Migrations.Where(other => other.Id != migration.Id), migration]);
    }

    internal (LocatedVm? Located, Refusal? Refusal) Find(string vm) => _machines.Find(vm);

    internal Bytes Reserved(IndexedHost host, MigrationId? except)
    {
        var sum = Bytes.Zero;
        foreach (var arrival in _traffic.Arrivals(host))
            if (arrival.Migration.Id != except)
                sum += arrival.Memory;
        return sum;
    }
}
