using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Queries;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;
using Mesh.Hypervisor;
using Mesh.Migrations.Hosts;
using Microsoft.Extensions.Options;

namespace Mesh.Migrations.Host.Hosts;

/// <summary>
/// The latest report of every host, and the status table of all migrating VMs: shared by all migrations, in memory, reloaded from the store
/// at startup and updated by host reports.
/// </summary>
internal sealed class HostRegistry(TimeProvider time, IOptions<HostHealthOptions> options)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<HostName, HostEntry> _hosts = [];
    private readonly DateTimeOffset _since = time.GetUtcNow();
    private readonly HostHealthLimits _limits = options.Value.ToLimits();
    private readonly HashSet<DuplicateVm> _reportedDuplicates = [];
    private readonly HashSet<(HostName Host, long AgentEpoch)> _reportedStaleAgents = [];
    private StatusTable _table = StatusTable.Empty;

    /// <summary>Restores what was known before a restart; the hosts have yet to report.</summary>
    public void Restore(IEnumerable<HostInventory> inventories, IEnumerable<HostFence> fences)
    {
        lock (_lock)
        {
            foreach (var inventory in inventories)
                _hosts.TryAdd(inventory.Host, new HostEntry(inventory.Host) { Inventory = inventory });
            foreach (var fence in fences)
                _hosts[fence.Host] = Entry(fence.Host) with { Fence = fence };
        }
    }

    /// <summary>Records an inventory; false if a newer one is known, or the host is fenced.</summary>
    public bool Update(HostInventory inventory)
    {
        lock (_lock)
        {
            var known = Entry(inventory.Host);
            if (known.Fence is { } fence && inventory.AgentEpoch <= fence.AgentEpoch)
                return false;
            if (known.Inventory is { } old && (old.AgentEpoch, old.Sequence).CompareTo((inventory.AgentEpoch, inventory.Sequence)) >= 0)
                return false;
            _hosts[inventory.Host] = known with { Inventory = inventory, LastReportAt = time.GetUtcNow(), AgentProblem = null, RejectedInventory = null };
            return true;
        }
    }

    /// <summary>Records a report and returns its consequences.</summary>
    public ReportResult Update(HostReport report)
    {
        lock (_lock)
        {
            var known = Entry(report.Host);
            var isFencedProcess = known.Fence is { } fence && report.AgentEpoch <= fence.AgentEpoch;
            var isAliveAfterFence = isFencedProcess && known.IsMadeAfterFence(report);
            var now = time.GetUtcNow();
            if ((isFencedProcess && !isAliveAfterFence) || !known.IsNewer(report.AgentEpoch, report.Sequence))
                return ReportResult.Ignored with { IsFromOlderProcess = IsNewlyStale(known, report, now) };

            _hosts[report.Host] = known with { Report = report, LastReportAt = now, Fence = null, AgentProblem = null };
            (_table, var settled) = _table.ApplyReport(report, now);
            return new ReportResult(true, known.Fence is not null, isAliveAfterFence, false, settled, report.HypervisorReachable ? FindDuplicates(report, now) : []);
        }
    }

    /// <summary>Records that a host's agent is ignored; false if that is known.</summary>
    public bool RejectAgent(HostName host, string problem, HostInventory? inventory)
    {
        lock (_lock)
        {
            var known = Entry(host);
            _hosts[host] = known with { AgentProblem = problem, RejectedInventory = inventory ?? known.RejectedInventory };
            return known.AgentProblem != problem;
        }
    }

    /// <summary>Adds a migration's VM to the status table, or removes it once the migration has ended.</summary>
    public void UpdateMigration(MigrationState state)
    {
        lock (_lock)
            _table = _table.WithMigration(state, time.GetUtcNow());
    }

    /// <summary>Records that a host is certainly off.</summary>
    public void MarkFenced(HostFence fence)
    {
        lock (_lock)
        {
            _hosts[fence.Host] = Entry(fence.Host) with { Fence = fence, FenceAttempt = null };
            _table = _table.ApplyFence(fence);
        }
    }

    /// <summary>Forgets a host and everything that it reported; false if it may still report.</summary>
    public bool TryForget(HostName host)
    {
        lock (_lock)
        {
            if (!_hosts.TryGetValue(host, out var known) || Health(known) is not (HostHealth.Unresponsive or HostHealth.Fenced))
                return false;
            _hosts.Remove(host);
            _table = _table.WithoutHost(host);
            _reportedDuplicates.RemoveWhere(duplicate => duplicate.Host == host || duplicate.Other == host);
            _reportedStaleAgents.RemoveWhere(agent => agent.Host == host);
            return true;
        }
    }

    /// <summary>Records the start of a fence command; false if one is already running.</summary>
    public bool TryBeginFencing(HostName host, string by)
    {
        lock (_lock)
        {
            var known = Entry(host);
            if (known.FenceAttempt is { Failure: null })
                return false;
            _hosts[host] = known with { FenceAttempt = new FenceAttempt(time.GetUtcNow(), by) };
            return true;
        }
    }

    /// <summary>Records that a fence command has failed.</summary>
    public void RecordFenceFailure(HostName host, string failure)
    {
        lock (_lock)
            if (Entry(host) is { FenceAttempt: { } attempt } known)
                _hosts[host] = known with { FenceAttempt = attempt with { Failure = failure } };
    }

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
            var candidates = _hosts.Values
                .SelectMany(entry => entry.Vms().Select(vm => new LocatedVm(entry.Host, vm)))
                .Where(located => string.Equals(located.Vm.Name, request.Vm, StringComparison.Ordinal)
                    || string.Equals(located.Vm.Id.ToString(), request.Vm, StringComparison.OrdinalIgnoreCase))
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
            return VmLocator.Locate([.. _hosts.Values.SelectMany(entry => entry.Vms().Where(known => known.Id == vm).Select(known => new LocatedVm(entry.Host, known)))]);
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
            var others = _hosts.Values.Where(entry => entry.Host != source && entry.Host != destination && entry.Fence is null)
                .Select(entry => (Entry: entry, Health: Health(entry))).Where(host => host.Health != HostHealth.Unresponsive).ToList();
            if (others.Any(host => host.Entry.Report?.Vms.Any(known => known.Id == vm && known.Status != VmStatus.Down) == true))
                return Mesh.Migrations.ThirdHostPresence.Yes;
            return others.All(host => host is { Health: HostHealth.Healthy, Entry.Report.HypervisorReachable: true })
                ? Mesh.Migrations.ThirdHostPresence.No
                : Mesh.Migrations.ThirdHostPresence.Unknown;
        }
    }

    /// <summary>All hosts, by name.</summary>
    /// <param name="includeRejected">Whether to list hosts of whose agents nothing was accepted yet.</param>
    public IReadOnlyList<HostView> List(bool includeRejected = false)
    {
        lock (_lock)
            return
            [
                .. _hosts.Values.Where(entry => (entry.Inventory ?? (includeRejected ? entry.RejectedInventory : null)) is not null).OrderBy(entry => entry.Host.Value, StringComparer.Ordinal)
                    .Select(entry => new HostView(
                        (entry.Inventory ?? entry.RejectedInventory)! with { Vms = entry.Vms() }, entry.Report?.HypervisorReachable ?? entry.LastReportAt is not null,
                        Health(entry), entry.LastReportAt, entry.Fence, entry.FenceAttempt)
                    { VmsNotInInventory = entry.Undescribed(), AgentProblem = entry.AgentProblem }),
            ];
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

    /// <summary>VMs that both this host and another one report as running. This must never happen; each case is reported once, at once.</summary>
    private List<DuplicateVm> FindDuplicates(HostReport report, DateTimeOffset now)
    {
        List<DuplicateVm> duplicates = [];
        foreach (var other in _hosts.Values.Where(entry => entry.Host != report.Host && entry is { Fence: null, Report.HypervisorReachable: true, LastReportAt: { } reported } && now - reported < _limits.SuspectAfter))
            foreach (var vm in report.Vms.Where(vm => vm.Status == VmStatus.Up && other.Report!.Vms.Any(same => same.Id == vm.Id && same.Status == VmStatus.Up)))
                duplicates.Add(new DuplicateVm(vm.Id, vm.Name, report.Host, other.Host));
        _reportedDuplicates.RemoveWhere(published => published.Host == report.Host && !duplicates.Contains(published));
        return [.. duplicates.Where(_reportedDuplicates.Add)];
    }

    /// <summary>Whether an unresponsive or fenced host reports as an older agent process; true once per process.</summary>
    private bool IsNewlyStale(HostEntry known, HostReport report, DateTimeOffset now) =>
        report.AgentEpoch < known.AgentEpoch
        && known.Health(_since, now, _limits) is HostHealth.Unresponsive or HostHealth.Fenced
        && _reportedStaleAgents.Add((report.Host, report.AgentEpoch));

    private HostEntry Entry(HostName host) => _hosts.GetValueOrDefault(host) ?? new HostEntry(host);

    private HostHealth Health(HostEntry entry) => entry.Health(_since, time.GetUtcNow(), _limits);
}

/// <summary>The consequences of a report.</summary>
/// <param name="IsAccepted">Whether it is newer than the last one; if not, it is ignored.</param>
/// <param name="EndsFence">Whether the host was fenced and is back.</param>
/// <param name="WasNeverOff">Whether the report is from the fenced agent process: the host was not off.</param>
/// <param name="IsFromOlderProcess">Whether an unresponsive or fenced host reports with an older agent epoch than the newest known; true once per process.</param>
/// <param name="Settled">VMs migrated outside the mesh whose hosts now agree.</param>
/// <param name="DuplicateVms">VMs that two hosts report as running.</param>
internal sealed record ReportResult(bool IsAccepted, bool EndsFence, bool WasNeverOff, bool IsFromOlderProcess, IReadOnlyList<SettledExternalMigration> Settled, IReadOnlyList<DuplicateVm> DuplicateVms)
{
    public static readonly ReportResult Ignored = new(false, false, false, false, [], []);
}

/// <summary>A VM that two hosts report as running.</summary>
internal sealed record DuplicateVm(VmId Vm, string Name, HostName Host, HostName Other);
