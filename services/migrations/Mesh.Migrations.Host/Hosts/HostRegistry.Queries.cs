using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Queries;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;
using Mesh.Hypervisor;
using Mesh.Migrations.Hosts;

namespace Mesh.Migrations.Host.Hosts;

/// <summary>What others ask of the hosts.</summary>
internal sealed partial class HostRegistry
{
    /// <summary>A host and its health; null if no agent has reported it.</summary>
    public (HostEntry Entry, HostHealth Health)? Find(HostName host)
    {
        lock (_lock)
            return _hosts.TryGetValue(host, out var entry) ? (entry, Health(entry)) : null;
    }

    public IReadOnlyList<(HostEntry Entry, HostHealth Health)> ListHealth()
    {
        lock (_lock)
            return [.. _hosts.Values.Select(entry => (entry, Health(entry)))];
    }

    /// <summary>What is known about a request's VM: all VMs with that name or UUID.</summary>
    public MigrationFacts DescribeRequest(RequestMigration request, Func<VmId, MigrationId?> unfinishedOf)
    {
        lock (_lock)
        {
            var named = _vmHosts.Named(request.Vm).Select(found => (found.Host, found.Vm));
            if (Guid.TryParse(request.Vm, out var uuid))
                named = named.Concat(_vmHosts.Of(new(uuid)).Select(host => (host, new VmId(uuid)))).Distinct();
            var candidates = named
                .Select(found => Entry(found.Host).FindVm(found.Vm) is { } vm ? new LocatedVm(found.Host, vm) : null).OfType<LocatedVm>()
                .OrderBy(located => located.Host.Value, StringComparer.Ordinal)
                .ToList();
            return new MigrationFacts(
                candidates,
                candidates.Select(located => unfinishedOf(located.Vm.Id)).FirstOrDefault(other => other is not null && other != request.Id));
        }
    }

    /// <summary>A VM on the host that runs it, with its current description; null if no host describes it.</summary>
    public LocatedVm? Locate(VmId vm)
    {
        lock (_lock)
            return VmLocator.Locate(
            [
                .. _vmHosts.Of(vm).OrderBy(host => host.Value, StringComparer.Ordinal)
                    .Select(host => Entry(host).FindVm(vm) is { } known ? new LocatedVm(host, known) : null).OfType<LocatedVm>(),
            ]);
    }

    /// <summary>Why a VM must not be moved, whatever its description says: its data is invalid, or two hosts run it.</summary>
    /// <param name="vm">Its name or UUID.</param>
    public IReadOnlyList<Refusal> FindObstacles(string vm)
    {
        lock (_lock)
        {
            var id = Guid.TryParse(vm, out var uuid) ? new VmId(uuid) : (VmId?)null;
            var ids = _vmHosts.Named(vm).Select(found => found.Vm).Concat(id is { } given ? [given] : []).ToHashSet();
            return
            [
                .. from host in _invalidVms
                   from invalid in host.Value
                   where (invalid.Id is { } known && ids.Contains(known)) || string.Equals(invalid.Name, vm, StringComparison.Ordinal)
                   orderby host.Key.Value
                   select VmObstacles.InvalidData(invalid.Name ?? vm, host.Key, invalid.Reason),
                .. ids.Select(known => (Vm: known, Hosts: _runningTwice.HostsOf(known))).Where(twice => twice.Hosts.Count > 0)
                    .Select(twice => VmObstacles.RunsOnTwoHosts(NameOf(twice.Vm, twice.Hosts[0]), twice.Hosts)),
            ];
        }
    }

    /// <summary>Why no VM may leave or enter a host now: two agents report under its name; null if they do not.</summary>
    public Refusal? FindConflict(HostName host)
    {
        lock (_lock)
            return _hosts.TryGetValue(host, out var entry) && DescribeConflict(entry) is { } problem ? new(RefusalCode.HostConflict, $"{problem.Message}; {problem.Remedy}") : null;
    }

    public DestinationFacts DescribeDestination(HostName host)
    {
        lock (_lock)
        {
            var entry = Entry(host);
            return new DestinationFacts(
                host, Health(entry), entry.Report?.HypervisorReachable ?? true,
                entry.Inventory is { } inventory ? inventory with { Vms = entry.Vms() } : null, entry.LastReportAt);
        }
    }

    /// <summary>Whether a host other than a migration's source and destination has the VM.</summary>
    public ThirdHostPresence FindOnThirdHost(VmId vm, HostName source, HostName destination)
    {
        lock (_lock)
        {
            if (_vmHosts.Of(vm).Any(host => host != source && host != destination && Entry(host) is { Fence: null } entry
                && Health(entry) != HostHealth.Unresponsive && entry.Statuses.TryGetValue(vm, out var known) && known.Status != VmStatus.Down))
                return Mesh.Migrations.ThirdHostPresence.Yes;
            return UncertainHosts().Any(host => host != source && host != destination) || IsHiddenElsewhere(vm, source, destination)
                ? Mesh.Migrations.ThirdHostPresence.Unknown
                : Mesh.Migrations.ThirdHostPresence.No;
        }
    }

    /// <summary>All hosts, by name.</summary>
    /// <param name="includeRejected">Whether to list hosts of whose agents nothing was accepted yet.</param>
    public IReadOnlyList<HostView> List(bool includeRejected = false)
    {
        lock (_lock)
            return
            [
                .. _hosts.Values.OrderBy(entry => entry.Host.Value, StringComparer.Ordinal)
                    .Select(entry => (Entry: entry, Inventory: entry.Inventory ?? (includeRejected ? entry.RejectedInventory ?? PlaceholderOf(entry) : null)))
                    .Where(listed => listed.Inventory is not null).Select(listed => ToView(listed.Entry, listed.Inventory!)),
            ];
    }

    /// <summary>What is wrong with the messages of each host.</summary>
    public IReadOnlyList<(HostName Host, IReadOnlyList<HostProblem> Problems)> ListProblems()
    {
        lock (_lock)
            return [.. _hosts.Values.Select(entry => (entry.Host, Problems(entry))).Where(host => host.Item2.Count > 0).OrderBy(host => host.Host.Value, StringComparer.Ordinal)];
    }

    /// <summary>The status table, by VM name.</summary>
    public IReadOnlyList<MigratingVm> ListMigratingVms()
    {
        lock (_lock)
            return [.. _table.Rows.Values.OrderBy(row => row.Name, StringComparer.Ordinal).Select(ToMigratingVm)];
    }

    /// <summary>A VM's row of the status table, with the health of its hosts; null if it is not migrating.</summary>
    public MigratingVm? FindMigratingVm(VmId vm)
    {
        lock (_lock)
            return _table.Rows.TryGetValue(vm, out var row) ? ToMigratingVm(row) : null;
    }

    private MigratingVm ToMigratingVm(StatusRow row)
    {
        var known = TwoSidedStatus.Lookup(row.SourceObservation?.Status, row.DestinationObservation?.Status);
        var hosts = new[] { (Host: row.Source, Observation: row.SourceObservation), (Host: row.Destination, Observation: row.DestinationObservation) }
            .Where(side => side.Host is not null)
            .Select(side => new HostVmStatus(side.Host!.Value, Health(Entry(side.Host.Value)), side.Observation?.Status, side.Observation?.ReceivedAt))
            .ToList();
        return new MigratingVm(
            row.Vm, row.Name, known.Status, hosts.Any(host => host.Health == HostHealth.Unresponsive), row.Since, hosts, row.Source, row.Destination,
            known.RunsOn switch { MigrationSide.Source => row.Source, MigrationSide.Destination => row.Destination, _ => null }, row.Migration);
    }

    private HostView ToView(HostEntry entry, HostInventory inventory) => new(
        inventory with { Vms = entry.Vms() }, entry.Report?.HypervisorReachable ?? entry.LastReportAt is not null,
        Health(entry), entry.LastReportAt, entry.Fence, entry.FenceAttempt)
    {
        VmsNotInInventory = entry.Undescribed(),
        AgentProblem = entry.AgentProblem,
        Problems = Problems(entry),
        InvalidVms = _invalidVms.GetValueOrDefault(entry.Host) ?? [],
        DuplicateVms =
        [
            .. entry.Statuses.Values.Select(vm => new DuplicateVm(vm.Id, vm.Name, _runningTwice.OthersOf(vm.Id, entry.Host)))
                .Where(vm => vm.Hosts.Count > 0).OrderBy(vm => vm.Name, StringComparer.Ordinal),
        ],
    };

    // Of a host whose every inventory was refused nothing is known but its name.
    private static HostInventory? PlaceholderOf(HostEntry entry) => entry.Faults.Refused.Count == 0
        ? null
        : new(entry.Host, 0, 0, DateTimeOffset.UnixEpoch, new HostCapacity("", "", 0, Bytes.Zero, Bytes.Zero), new HypervisorInfo("", "", "", ""), "", []);

    private List<HostProblem> Problems(HostEntry entry)
    {
        var now = time.GetUtcNow();
        List<HostProblem> problems = [.. entry.Faults.Describe(entry.Host, now)];
        if (DescribeConflict(entry) is { } conflict)
            problems.Add(conflict);
        if (entry.Identity.Stale is { } stale && now - stale.LastAt < _limits.UnresponsiveAfter)
            problems.Add(new(
                HostProblemKind.StaleAgent,
                $"the agent of {entry.Host} reports epoch {stale.AgentEpoch}, behind {entry.AgentEpoch} of an earlier process; its messages are ignored. The clock was set back",
                $"set the clock of {entry.Host} right and restart its agent", stale.Since, stale.LastAt));
        return problems;
    }

    private HostProblem? DescribeConflict(HostEntry entry) =>
        entry.Identity is { Rival: { } rival } identity && identity.HasRival(time.GetUtcNow(), _limits.UnresponsiveAfter)
            ? new(
                HostProblemKind.IdentityConflict, DescribeRival(entry.Host, identity, rival),
                $"stop one of the two agents, or give it another name; {entry.Host} is usable again {_limits.UnresponsiveAfter.TotalSeconds:0} s after the other one was last heard",
                rival.Since, rival.LastAt)
            : null;

    private static string DescribeRival(HostName host, HostIdentity identity, RivalAgent rival)
    {
        var isSameHost = rival.HostUuid.Length == 0 || string.Equals(rival.HostUuid, identity.HostUuid, StringComparison.OrdinalIgnoreCase);
        return isSameHost
            ? $"two agents report as {host}: one with epoch {identity.AgentEpoch}, whose messages count, and one with epoch {rival.AgentEpoch}"
            : $"two hosts report as {host}: the one with UUID {identity.HostUuid}, whose messages count, and one with UUID {rival.HostUuid}";
    }
}
