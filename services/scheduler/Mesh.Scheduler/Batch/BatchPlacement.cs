using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Hypervisor;
using Mesh.Scheduler.Checking;
using Mesh.Scheduler.Fleets;

namespace Mesh.Scheduler.Batch;

/// <summary>
/// Places many VMs at once. <see cref="Eligibility"/> decides which hosts can take a VM; the solver decides how they share the hosts. VMs
/// without a host get a second pass without the VM affinity rules, where that is allowed (as in oVirt's <c>MaintenanceVdsCommand</c>).
/// </summary>
public static class BatchPlacement
{
    /// <summary>A host for each VM, as far as there is one.</summary>
    /// <param name="fleet">The fleet; drained hosts must be cordoned as draining, so that their VMs count as leaving.</param>
    /// <param name="vms">The VMs.</param>
    /// <param name="options">The options of their migrations.</param>
    /// <param name="relaxAffinity">Whether there may be a second pass.</param>
    /// <param name="planned">Hosts of the plan before, which are retained where others gain nothing; null for none.</param>
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
    /// As many VMs as fit, each on its one given host; VM affinity rules are ignored. VMs that fit alone but not beside the others are left.
    /// </summary>
    public static BatchPlacementResult PlaceBack(FleetIndex fleet, IReadOnlyList<PlacedVm> candidates, MigrationOptions options)
    {
        ArgumentNullException.ThrowIfNull(fleet);
        ArgumentNullException.ThrowIfNull(candidates);
        var vms = candidates.Select(candidate => candidate.Vm).ToArray();
        var resources = new FleetResources(fleet, vms);
        var solution = BatchSolver.Solve(new(
            [.. candidates.Select(candidate => new BatchItem(
                resources.Demands(candidate.Vm.Vm),
                [.. fleet.Hosts.Select(host => host.Name == candidate.To && Eligibility.CheckHost(fleet, candidate.Vm, candidate.To, options, relaxAffinity: true).Count == 0)],
                CopiedDisks.DataSize(candidate.Vm.Vm, options).Count))],
            [.. fleet.Hosts.Select(host => resources.CreateHost(host, []))],
            [],
            []));
        return new(
            [.. candidates.Where((_, item) => solution.HostOf[item] is not null)],
            [.. solution.Unplaced.Select(left => new UnplacedVm(vms[left.Item], UnplacedExplanation.Explain(fleet, vms[left.Item], candidates[left.Item].To, options, left.Reason)))]);
    }

    private static BatchPlacementResult RunPass(
        FleetIndex fleet, IReadOnlyList<LocatedVm> vms, MigrationOptions options, bool relax, IReadOnlyDictionary<VmId, HostName>? planned, IReadOnlyList<PlacedVm> before)
    {
        var resources = new FleetResources(fleet, vms);
        var hosts = fleet.Hosts.Select(host => resources.CreateHost(host, before)).ToArray();
        var costs = new PlacementCosts(fleet, planned);
        var items = vms.Select(vm => new BatchItem(
            resources.Demands(vm.Vm),
            [.. fleet.Hosts.Select(host => Eligibility.CheckHost(fleet, vm, host.Name, options, relax).Count == 0)],
            CopiedDisks.DataSize(vm.Vm, options).Count,
            costs.Compute(vm.Vm))).ToArray();
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

/// <summary>The result of placing many VMs.</summary>
/// <param name="Placed">VMs with a host.</param>
/// <param name="Unplaced">VMs without one.</param>
public sealed record BatchPlacementResult(IReadOnlyList<PlacedVm> Placed, IReadOnlyList<UnplacedVm> Unplaced);

/// <summary>A VM with a host.</summary>
/// <param name="Vm">The VM.</param>
/// <param name="To">The host.</param>
/// <param name="Relaxed">Whether a hard VM affinity rule may be broken there.</param>
public sealed record PlacedVm(LocatedVm Vm, HostName To, bool Relaxed = false);

/// <summary>A VM without a host.</summary>
/// <param name="Vm">The VM.</param>
/// <param name="Refusals">Why, each kind of refusal once.</param>
public sealed record UnplacedVm(LocatedVm Vm, IReadOnlyList<Refusal> Refusals);
