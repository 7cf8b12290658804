using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Hypervisor;
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
    public static BatchPlacementResult Place(
        FleetIndex fleet,
        IReadOnlyList<LocatedVm> vms,
        MigrationOptions options,
        bool relaxAffinity = false,
        IReadOnlyDictionary<VmId, HostName>? planned = null)
    {
        ArgumentNullException.ThrowIfNull(fleet);
        ArgumentNullException.ThrowIfNull(vms);
        var first = RunPass(fleet, vms, options, relax: false, planned, []);
        if (!relaxAffinity || first.Unplaced.Count == 0)
            return first;
        var second = RunPass(fleet, [.. first.Unplaced.Select(left => left.Vm)], options, relax: true, planned, first.Placed);
        return new([.. first.Placed, .. second.Placed], second.Unplaced);
    }

    /// <summary>
    /// As many machines as fit, each to the one host that is its own; rules that keep machines together or apart do not count. Those that fit
    /// alone, and not beside the others, are left.
    /// </summary>
    public static BatchPlacementResult PlaceBack(FleetIndex fleet, IReadOnlyList<PlacedVm> candidates, MigrationOptions options)
    {
        ArgumentNullException.ThrowIfNull(fleet);
        ArgumentNullException.ThrowIfNull(candidates);
        var vms = candidates.Select(candidate => candidate.Vm).ToArray();
        var room = new FleetResources(fleet, vms);
        var solution = BatchSolver.Solve(new(
            [.. candidates.Select(candidate => new BatchItem(
                room.Demands(candidate.Vm.Vm),
                [.. fleet.Hosts.Select(host => host.Name == candidate.To && Eligibility.CheckHost(fleet, candidate.Vm, candidate.To, options, relaxAffinity: true).Count == 0)],
                CopiedDisks.DataSize(candidate.Vm.Vm, options).Count))],
            [.. fleet.Hosts.Select(host => room.CreateHost(host, []))],
            [],
            []));
        return new(
            [.. candidates.Where((_, item) => solution.HostOf[item] is not null)],
            [.. solution.Unplaced.Select(left => new UnplacedVm(vms[left.Item], UnplacedExplanation.Explain(fleet, vms[left.Item], candidates[left.Item].To, options, left.Reason)))]);
    }

    private static BatchPlacementResult RunPass(
        FleetIndex fleet, IReadOnlyList<LocatedVm> vms, MigrationOptions options, bool relax, IReadOnlyDictionary<VmId, HostName>? planned, IReadOnlyList<PlacedVm> before)
    {
        var room = new FleetResources(fleet, vms);
        var hosts = fleet.Hosts.Select(host => room.CreateHost(host, before)).ToArray();
        var preferences = new PlacementCosts(fleet, planned);
        var items = vms.Select(vm => new BatchItem(
            room.Demands(vm.Vm),
            [.. fleet.Hosts.Select(host => Eligibility.CheckHost(fleet, vm, host.Name, options, relax).Count == 0)],
            CopiedDisks.DataSize(vm.Vm, options).Count,
            preferences.Compute(vm.Vm))).ToArray();
        var groups = relax ? [] : fleet.AffinityGroups.Where(group => group.Rule.Hard).ToArray();
        var solution = BatchSolver.Solve(new(
            items,
            hosts,
            [.. groups.Where(group => group.Rule.Apart).Select(group => Members(group, vms))],
            [.. groups.Where(group => !group.Rule.Apart).Select(group => Members(group, vms))]));
        return new(
            [.. vms.Select((vm, item) => (vm, Host: solution.HostOf[item])).Where(pair => pair.Host is not null)
                .Select(pair => new PlacedVm(pair.vm, fleet.Hosts[pair.Host!.Value].Name, relax))],
            [.. solution.Unplaced.Select(left => new UnplacedVm(vms[left.Item], UnplacedExplanation.Explain(fleet, vms[left.Item], options, relax, left.Reason)))]);
    }

    private static IReadOnlyList<int> Members(AffinityGroup group, IReadOnlyList<LocatedVm> vms)
    {
        var members = group.Members.Select(member => member.Vm).ToHashSet();
        return [.. Enumerable.Range(0, vms.Count).Where(item => members.Contains(vms[item].Vm.Id))];
    }
}
