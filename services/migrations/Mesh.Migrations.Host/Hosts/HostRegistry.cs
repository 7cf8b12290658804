using Mesh.Contracts.Hosts;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;
using Mesh.Migrations.Host.Store;
using Mesh.Migrations.Hosts;
using Mesh.Migrations.Intake;
using Microsoft.Extensions.Options;

namespace Mesh.Migrations.Host.Hosts;

/// <summary>
/// The latest report of every host, and the status table of all migrating VMs: shared by all migrations, in memory, reloaded from the store
/// at startup and updated by host reports.
/// </summary>
internal sealed partial class HostRegistry(TimeProvider time, IOptions<HostHealthOptions> options)
{
    private static readonly TimeSpan UncertainHostsAge = TimeSpan.FromSeconds(1);

    // Nobody says when a sender without a name is valid again.
    private static readonly TimeSpan UnknownSenderStreakMax = TimeSpan.FromMinutes(10);

    /// <summary>How many different faults of one streak are worth a place in the error queue.</summary>
    private const int KeptFaultsMax = 20;

    private readonly Lock _lock = new();
    private readonly Dictionary<HostName, HostEntry> _hosts = [];
    private readonly DateTimeOffset _since = time.GetUtcNow();
    private readonly HostHealthLimits _limits = options.Value.ToLimits();
    private readonly HashSet<(HostName Host, long AgentEpoch)> _reportedStaleAgents = [];
    private readonly VmHosts _vmHosts = new();
    private readonly RunningTwice _runningTwice = new();
    private readonly Dictionary<HostName, IReadOnlyList<InvalidVm>> _invalidVms = [];
    private HashSet<HostName> _uncertainHosts = [];
    private DateTimeOffset _uncertainHostsAt = DateTimeOffset.MinValue;
    private HostFaults _unknownSenders = HostFaults.None;
    private StatusTable _table = StatusTable.Empty;

    /// <summary>Restores what was known before a restart; the hosts have yet to report.</summary>
    public void Restore(IEnumerable<StoredInventory> inventories, IEnumerable<HostFence> fences)
    {
        lock (_lock)
        {
            foreach (var stored in inventories.Where(stored => !_hosts.ContainsKey(stored.Host)))
            {
                var now = time.GetUtcNow();
                var entry = new HostEntry(stored.Host);
                Set(stored.Checked.Content is { } inventory
                    ? entry with { Inventory = inventory, Identity = HostIdentity.FromStored(inventory), Faults = entry.Faults.WithAccepted(MessageKinds.Inventory, stored.Checked.InvalidEntries, now) }
                    : entry with { Faults = entry.Faults.WithRefused(MessageKinds.Inventory, stored.Checked.Fault!, now) });
            }

            foreach (var fence in fences)
                Set(Entry(fence.Host) with { Fence = fence });
        }
    }

    /// <summary>Records an inventory, and whether it counts: not if a newer one is known, the host is fenced, or it is not the host's.</summary>
    public IdentityResult Update(AgentMessage<HostInventory> message)
    {
        var inventory = message.Content!;
        lock (_lock)
        {
            var known = Entry(inventory.Host);
            if (known.Fence is { } fence && inventory.AgentEpoch <= fence.AgentEpoch)
                return IdentityResult.Ignored;
            if (known.Inventory is { } old && (old.AgentEpoch, old.Sequence).CompareTo((inventory.AgentEpoch, inventory.Sequence)) >= 0 && IsFitting(known.Identity, inventory.Hypervisor.HostUuid))
                return IdentityResult.Ignored;
            var (judged, result) = Judge(known, AgentSpeaker.Of(inventory));
            if (!result.IsAccepted)
                return result;
            var now = time.GetUtcNow();
            Set(judged with
            {
                Inventory = inventory,
                LastReportAt = now,
                AgentProblem = null,
                RejectedInventory = null,
                Faults = judged.Faults.WithAccepted(MessageKinds.Inventory, message.InvalidEntries, now),
            });
            return result with { NewlyInvalid = FindNewlyInvalid(known, message.InvalidEntries, MessageKinds.Inventory) };
        }
    }

    /// <summary>Records a report and returns its consequences.</summary>
    public ReportResult Update(AgentMessage<HostReport> message)
    {
        var report = message.Content!;
        lock (_lock)
        {
            var known = Entry(report.Host);
            var isFencedProcess = known.Fence is { } fence && report.AgentEpoch <= fence.AgentEpoch;
            var isAliveAfterFence = isFencedProcess && known.IsMadeAfterFence(report);
            var now = time.GetUtcNow();
            if (isFencedProcess && !isAliveAfterFence)
                return ReportResult.Ignored with { IsFromOlderProcess = report.AgentEpoch < known.AgentEpoch && _reportedStaleAgents.Add((report.Host, report.AgentEpoch)) };
            if (known.Report is { } last && last.AgentEpoch == report.AgentEpoch && last.Sequence >= report.Sequence)
                return ReportResult.Ignored;
            var (judged, identity) = Judge(known, AgentSpeaker.Of(report));
            if (!identity.IsAccepted || !judged.IsNewer(report.AgentEpoch, report.Sequence))
                return ReportResult.Ignored with
                {
                    Identity = identity,
                    IsFromOlderProcess = identity.Verdict == IdentityVerdict.Stale && _reportedStaleAgents.Add((report.Host, report.AgentEpoch)),
                };

            var updated = judged with
            {
                Report = report,
                LastReportAt = now,
                Fence = null,
                AgentProblem = null,
                Faults = judged.Faults.WithAccepted(MessageKinds.Report, message.InvalidEntries, now),
            };
            Set(updated);
            (_table, var settled) = _table.ApplyReport(report, now, updated.Faults.HidesStatusOf);
            return new ReportResult(
                true, known.Fence is not null, isAliveAfterFence, false, settled, report.HypervisorReachable ? FindDuplicates(updated, now) : [],
                identity with { NewlyInvalid = FindNewlyInvalid(known, message.InvalidEntries, MessageKinds.Report) });
        }
    }

    /// <summary>Whether a message that names only the host and its UUID is from the host that is known; counts a message of another one as a conflict.</summary>
    public IdentityResult Identify(HostName host, string? hostUuid)
    {
        lock (_lock)
        {
            if (!_hosts.TryGetValue(host, out var known) || IsFitting(known.Identity, hostUuid))
                return new(IdentityVerdict.Accepted);
            var before = known.Identity;
            var now = time.GetUtcNow();
            var rival = before.Rival is { } other && string.Equals(other.HostUuid, hostUuid, StringComparison.OrdinalIgnoreCase)
                ? other with { LastAt = now }
                : new RivalAgent(0, hostUuid!, now, now);
            Set(known with { Identity = before with { Rival = rival } });
            return new(IdentityVerdict.Conflict) { IsNewConflict = !before.HasRival(now, _limits.UnresponsiveAfter), Rival = rival };
        }
    }

    /// <summary>Records that a message was refused.</summary>
    /// <param name="host">The host that it names; null for none.</param>
    /// <param name="kind">The kind of message.</param>
    /// <param name="fault">What is wrong.</param>
    public RefusedMessage RecordRefused(HostName? host, string kind, MessageFault fault)
    {
        lock (_lock)
        {
            var before = host is { } known ? Entry(known).Faults : _unknownSenders;
            var now = time.GetUtcNow();
            var after = before.WithRefused(kind, fault, now);
            if (host is { } name)
                Set(Entry(name) with { Faults = after });
            else
                _unknownSenders = after;
            var isFirst = !before.Refused.TryGetValue(kind, out var last) || (host is null && now - last.LastAt > UnknownSenderStreakMax);
            return new(isFirst, isFirst || (last!.Fault != fault && last.FaultCount < KeptFaultsMax));
        }
    }

    /// <summary>Records that an answer or event of a host was valid.</summary>
    public void RecordValid(HostName host, string kind)
    {
        lock (_lock)
            if (_hosts.TryGetValue(host, out var known) && known.Faults.WithAccepted(kind, [], time.GetUtcNow()) is var faults && !ReferenceEquals(faults, known.Faults))
                Set(known with { Faults = faults });
    }

    /// <summary>Records that a host's agent is ignored; false if that is known.</summary>
    public bool RejectAgent(HostName host, string problem, HostInventory? inventory)
    {
        lock (_lock)
        {
            var known = Entry(host);
            Set(known with { AgentProblem = problem, RejectedInventory = inventory ?? known.RejectedInventory });
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
            Set(Entry(fence.Host) with { Fence = fence, FenceAttempt = null });
            _runningTwice.Remove(fence.Host);
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

            // Its VMs leave the indexes with its empty entry.
            Set(new HostEntry(host));
            _hosts.Remove(host);
            _uncertainHosts.Remove(host);
            _runningTwice.Remove(host);
            _table = _table.WithoutHost(host);
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
            Set(known with { FenceAttempt = new FenceAttempt(time.GetUtcNow(), by) });
            return true;
        }
    }

    /// <summary>Records that a fence command has failed.</summary>
    public void RecordFenceFailure(HostName host, string failure)
    {
        lock (_lock)
            if (Entry(host) is { FenceAttempt: { } attempt } known)
                Set(known with { FenceAttempt = attempt with { Failure = failure } });
    }

    private (HostEntry Entry, IdentityResult Result) Judge(HostEntry known, AgentSpeaker speaker)
    {
        var now = time.GetUtcNow();
        var (identity, verdict) = known.Identity.Judge(speaker, Health(known), now);
        var result = new IdentityResult(verdict)
        {
            IsNewConflict = verdict == IdentityVerdict.Conflict && !known.Identity.HasRival(now, _limits.UnresponsiveAfter),
            Rival = identity.Rival,
            Before = known.Identity,
        };
        var entry = known with { Identity = identity };

        // Another machine took the place of the silent one: what that one reported is not about it.
        if (verdict == IdentityVerdict.Replaced)
            entry = entry with { Report = null };
        if (!result.IsAccepted && known.Identity != identity)
            Set(entry);
        return (entry, result);
    }

    private static bool IsFitting(HostIdentity identity, string? hostUuid) =>
        string.IsNullOrEmpty(hostUuid) || identity.HostUuid.Length == 0 || string.Equals(identity.HostUuid, hostUuid, StringComparison.OrdinalIgnoreCase);

    private static IReadOnlyList<InvalidEntry> FindNewlyInvalid(HostEntry known, IReadOnlyList<InvalidEntry> invalid, string kind) =>
        invalid.Count > 0 && !known.Faults.Dropped.ContainsKey(kind) ? invalid : [];

    /// <summary>VMs that both this host and another one report as running. This must never happen; each case is returned once.</summary>
    private List<VmOnTwoHosts> FindDuplicates(HostEntry entry, DateTimeOffset now) =>
    [
        .. _runningTwice.Update(
            entry.Host,
            entry.Report!.Vms.Where(vm => vm.Status == VmStatus.Up).Select(vm => (vm.Id, _vmHosts.Of(vm.Id).Where(host => host != entry.Host && RunsNow(host, vm.Id, now)))),
            vm => entry.Statuses.TryGetValue(vm, out var status) ? status.Status == VmStatus.Up : entry.Faults.HidesStatusOf(vm))
            .Select(found => new VmOnTwoHosts(found.Vm, NameOf(found.Vm, entry.Host), entry.Host, found.Other)),
    ];

    private bool RunsNow(HostName host, VmId vm, DateTimeOffset now) =>
        Entry(host) is { Fence: null, Report.HypervisorReachable: true, LastReportAt: { } reported } other && now - reported < _limits.SuspectAfter
        && other.Statuses.TryGetValue(vm, out var status) && status.Status == VmStatus.Up;

    private string NameOf(VmId vm, HostName host)
    {
        var entry = Entry(host);
        return entry.Statuses.TryGetValue(vm, out var status) ? status.Name : entry.Descriptions.TryGetValue(vm, out var known) ? known.Name : vm.ToString();
    }

    // Hosts that may have a VM without saying so. Which ones is found by looking at all of them, so at most once a second, not at each report.
    private HashSet<HostName> UncertainHosts()
    {
        var now = time.GetUtcNow();
        if (now - _uncertainHostsAt >= UncertainHostsAge || now < _uncertainHostsAt)
        {
            _uncertainHosts = [.. _hosts.Values.Where(IsUncertain).Select(entry => entry.Host)];
            _uncertainHostsAt = now;
        }

        return _uncertainHosts;
    }

    private bool IsUncertain(HostEntry entry) =>
        entry.Fence is null && Health(entry) != HostHealth.Unresponsive && !(Health(entry) == HostHealth.Healthy && entry.Report is { HypervisorReachable: true });

    private bool IsHiddenElsewhere(VmId vm, HostName source, HostName destination) =>
        _invalidVms.Keys.Any(host => host != source && host != destination && Entry(host).Faults.HidesStatusOf(vm));

    private void Set(HostEntry entry)
    {
        var before = Entry(entry.Host);
        _hosts[entry.Host] = entry;
        _vmHosts.Update(before, entry);
        if (entry.Faults.Dropped.Count > 0)
            _invalidVms[entry.Host] = entry.InvalidVms();
        else
            _invalidVms.Remove(entry.Host);
        if (IsUncertain(entry))
            _uncertainHosts.Add(entry.Host);
        else
            _uncertainHosts.Remove(entry.Host);
    }

    private HostEntry Entry(HostName host) => _hosts.GetValueOrDefault(host) ?? new HostEntry(host);

    private HostHealth Health(HostEntry entry) => entry.Health(_since, time.GetUtcNow(), _limits);
}
