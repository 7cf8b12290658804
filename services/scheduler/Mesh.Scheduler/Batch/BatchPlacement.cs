using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Scheduler.Checking;
using Mesh.Scheduler.Fleets;

namespace Mesh.Scheduler.Batch;

/// <summary>
/// Places many machines of a fleet at once. What speaks against a host is <see cref="Eligibility"/>'s word; what the machines take of each
/// other is the solver's. Those that the rules keep off every host get a second pass without the rules that keep machines together or
/// apart, where that is allowed (oVirt's <c>MaintenanceVdsCommand</c> does the same).
/// </summary>
public static class BatchPlacement
{
    /// <summary>A host for each machine, as far as there is one.</summary>
    /// <param name="fleet">The fleet; hosts that are emptied must be cordoned as draining, so that they and their machines are judged as leaving.</param>
    /// <param name="vms">The machines.</param>
    /// <param name="options">How they would be moved.</param>
    /// <param name="relaxAffinity">Whether there may be a second pass.</param>
    /// <param name="planned">Hosts that were planned before, and are kept where nothing is gained by others; null for none.</param>
    public static PlacedBatch Place(
        FleetIndex fleet,
        IReadOnlyList<LocatedVm> vms,
        MigrationOptions options,
        bool relaxAffinity = false,
        IReadOnlyDictionary<VmId, HostName>? planned = null)
    {
        ArgumentNullException.ThrowIfNull(fleet);
        ArgumentNullException.ThrowIfNull(vms);
        var first = Pass(fleet, vms, options, relax: false, planned, []);
        if (!relaxAffinity || first.Left.Count == 0)
            return first;
        var second = Pass(fleet, [.. first.Left.Select(left => left.Vm)], options, relax: true, planned, first.Placed);
        return new([.. first.Placed, .. second.Placed], second.Left);
    }

    /// <summary>
    /// As many machines as fit, each to the one host that is its own; rules that keep machines together or apart do not count. Those that fit
    /// alone, and not beside the others, are left.
    /// </summary>
    public static PlacedBatch Return(FleetIndex fleet, IReadOnlyList<PlacedVm> ways, MigrationOptions options)
    {
        ArgumentNullException.ThrowIfNull(fleet);
        ArgumentNullException.ThrowIfNull(ways);
        var vms = ways.Select(way => way.Vm).ToArray();
        var room = new FleetRoom(fleet, vms);
        var solution = BatchSolver.Solve(new(
            [.. ways.Select(way => new BatchItem(
                room.Demands(way.Vm.Vm),
                [.. fleet.Hosts.Select(host => host.Name == way.To && Eligibility.OfHost(fleet, way.Vm, way.To, options, relaxAffinity: true).Count == 0)],
                CopiedDisks.DataSize(way.Vm.Vm, options).Count))],
            [.. fleet.Hosts.Select(host => room.Of(host, []))],
            [],
            []));
        return new(
            [.. ways.Where((_, item) => solution.HostOf[item] is not null)],
            [.. solution.Left.Select(left => new UnplacedVm(vms[left.Item], LeftReasons.Of(fleet, vms[left.Item], ways[left.Item].To, options, left.Because)))]);
    }

    private static PlacedBatch Pass(
        FleetIndex fleet, IReadOnlyList<LocatedVm> vms, MigrationOptions options, bool relax, IReadOnlyDictionary<VmId, HostName>? planned, IReadOnlyList<PlacedVm> before)
    {
        var room = new FleetRoom(fleet, vms);
        var hosts = fleet.Hosts.Select(host => room.Of(host, before)).ToArray();
        var preferences = new BatchPreferences(fleet, planned);
        var items = vms.Select(vm => new BatchItem(
            room.Demands(vm.Vm),
            [.. fleet.Hosts.Select(host => Eligibility.OfHost(fleet, vm, host.Name, options, relax).Count == 0)],
            CopiedDisks.DataSize(vm.Vm, options).Count,
            preferences.Of(vm.Vm))).ToArray();
        var groups = relax ? [] : fleet.Groups.Where(group => group.Rule.Hard).ToArray();
        var solution = BatchSolver.Solve(new(
            items,
            hosts,
            [.. groups.Where(group => group.Rule.Apart).Select(group => Members(group, vms))],
            [.. groups.Where(group => !group.Rule.Apart).Select(group => Members(group, vms))]));
        return new(
            [.. vms.Select((vm, item) => (vm, Host: solution.HostOf[item])).Where(pair => pair.Host is not null)
                .Select(pair => new PlacedVm(pair.vm, fleet.Hosts[pair.Host!.Value].Name, relax))],
            [.. solution.Left.Select(left => new UnplacedVm(vms[left.Item], LeftReasons.Of(fleet, vms[left.Item], options, relax, left.Because)))]);
    }

    private static IReadOnlyList<int> Members(AffinityGroup group, IReadOnlyList<LocatedVm> vms)
    {
        var members = group.Members.Select(member => member.Vm).ToHashSet();
        return [.. Enumerable.Range(0, vms.Count).Where(item => members.Contains(vms[item].Vm.Id))];
    }
}
