using System.Collections.Immutable;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Migrations.Hosts;

/// <summary>
/// The status table of all migrating VMs (seed <c>ovirt-vm-migration-states</c>): in memory only, filled by migrations of the mesh and by
/// hosts that report a VM as migrating, and so refilled after a restart. A VM leaves it when both hosts' reports agree where it is.
/// </summary>
/// <param name="Rows">The rows.</param>
public sealed record StatusTable(ImmutableDictionary<VmId, StatusRow> Rows)
{
    /// <summary>
    /// A VM must be reported as absent for this long before it counts as gone: it may have moved to a host that has not reported yet, or
    /// back while reports were in transit.
    /// </summary>
    public static readonly TimeSpan GoneAfter = MigrationTimers.DoubtfulLocationGrace;

    /// <summary>The empty table.</summary>
    public static readonly StatusTable Empty = new(ImmutableDictionary<VmId, StatusRow>.Empty);

    /// <summary>The table with a migration of the mesh that starts, or resumes after a restart.</summary>
    public StatusTable WithMigration(MigrationState state, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (state.Vm is not { } vm || state.Source is not { } source)
            return this;
        if (state.HasEnded || state.Phase == MigrationPhase.Queued)
            return Rows.TryGetValue(vm.Id, out var left) && left.Migration == state.Id ? new(Rows.Remove(vm.Id)) : this;

        var row = Rows.GetValueOrDefault(vm.Id) ?? new StatusRow(vm.Id, vm.Name, now);
        return new(Rows.SetItem(vm.Id, row with
        {
            Migration = state.Id,
            Source = source,
            Destination = state.Destination,
            SourceObservation = Newer(row.Source == source ? row.SourceObservation : null, state.SourceObservation),
            DestinationObservation = Newer(row.Destination == state.Destination ? row.DestinationObservation : null, state.DestinationObservation),
        }));
    }

    /// <summary>The table after a host's report, which must be newer than the host's last one, and the external migrations that it settles.</summary>
    /// <param name="report">The report, with its valid entries.</param>
    /// <param name="now">The time by the mesh's clock.</param>
    /// <param name="isHidden">Whether the report may have had an invalid entry of a VM, so that its absence says nothing; null for none.</param>
    public (StatusTable Table, IReadOnlyList<SettledExternalMigration> Settled) ApplyReport(HostReport report, DateTimeOffset now, Func<VmId, bool>? isHidden = null)
    {
        ArgumentNullException.ThrowIfNull(report);
        if (!report.HypervisorReachable)
            return (this, []);
        var known = report.Vms.ToDictionary(vm => vm.Id);
        var rows = Rows;
        foreach (var vm in report.Vms)
            if (CreateOrExtendRow(rows.GetValueOrDefault(vm.Id), vm, report.Host, now) is { } entered)
                rows = rows.SetItem(vm.Id, entered);

        var settled = new List<SettledExternalMigration>();
        foreach (var row in rows.Values.Where(row => row.Source == report.Host || row.Destination == report.Host).ToList())
        {
            var status = known.GetValueOrDefault(row.Vm);
            if (status is null && isHidden?.Invoke(row.Vm) is true)
                continue;
            var observation = HostObservation.FromReport(status, report.AgentEpoch, report.Sequence, now);
            var reported = row.Source == report.Host ? row with { SourceObservation = observation } : row with { DestinationObservation = observation };
            reported = reported with { GoneSince = IsNowhere(reported) ? reported.GoneSince ?? now : null };
            rows = rows.SetItem(row.Vm, reported);
            if (TrySettle(reported, now) is not { } done)
                continue;
            rows = rows.Remove(row.Vm);
            settled.Add(done);
        }

        return (new(rows), settled);
    }

    /// <summary>
    /// The table after a host was fenced: its VMs are down there. A VM without another known host is down with it, and leaves the table.
    /// </summary>
    public StatusTable ApplyFence(HostFence fence)
    {
        ArgumentNullException.ThrowIfNull(fence);
        var observation = HostObservation.FromFence(fence.RequestedBy, fence.AgentEpoch, 0, fence.At);
        var concerned = Rows.Values.Where(row => row.Source == fence.Host || row.Destination == fence.Host).ToList();
        var alone = concerned.Where(row => row.Migration is null && (row.Source is null || row.Destination is null)).Select(row => row.Vm).ToHashSet();
        return new(Rows.RemoveRange(alone).SetItems(concerned
            .Where(row => !alone.Contains(row.Vm))
            .Select(row => KeyValuePair.Create(
                row.Vm, row.Source == fence.Host ? row with { SourceObservation = observation } : row with { DestinationObservation = observation }))));
    }

    /// <summary>The table after a host was forgotten: without the VMs that were migrating from or to it outside the mesh.</summary>
    public StatusTable WithoutHost(HostName host) =>
        new(Rows.RemoveRange(Rows.Values.Where(row => row.Migration is null && (row.Source == host || row.Destination == host)).Select(row => row.Vm)));

    /// <summary>
    /// A VM enters when it is reported as migrating; the other host is the one that reports the other side. A report that does not fit the
    /// row starts a new one: the VM has been migrated again before the last migration was settled.
    /// </summary>
    private static StatusRow? CreateOrExtendRow(StatusRow? row, VmStatusReport vm, HostName host, DateTimeOffset now)
    {
        var fresh = new StatusRow(vm.Id, vm.Name, now);
        return vm.Status switch
        {
            _ when row?.Migration is not null => null,
            VmStatus.MigratingFrom when row?.Source == host => null,
            VmStatus.MigratingFrom => (row is { Source: null } && row.Destination != host ? row : fresh) with { Source = host },
            VmStatus.MigratingTo when row?.Destination == host => null,
            VmStatus.MigratingTo => (row is { Destination: null } && row.Source != host ? row : fresh) with { Destination = host },

            // A short migration may never be reported as incoming: the host that runs the VM afterwards is its destination.
            VmStatus.Up when row is { Destination: null, SourceObservation.Status: VmStatus.Down } && row.Source != host => row with { Destination = host },
            _ => null,
        };
    }

    /// <summary>The outcome of an external migration, if it is settled; migrations of the mesh publish their own outcome.</summary>
    private static SettledExternalMigration? TrySettle(StatusRow row, DateTimeOffset now)
    {
        if (row.Migration is not null)
            return null;
        if (IsNowhere(row))
        {
            var goneSince = row.GoneSince!.Value;
            var isConfirmed = row.SourceObservation?.HoldsAfter(goneSince) != false && row.DestinationObservation?.HoldsAfter(goneSince) != false;
            return isConfirmed && now - goneSince >= GoneAfter ? new SettledExternalMigration(row, ObservedLocation.Nowhere) : null;
        }

        if (row is { Destination: null, SourceObservation.Status: VmStatus.Up or VmStatus.Paused })
            return new SettledExternalMigration(row, ObservedLocation.OnSource);
        var location = TwoSidedStatus.Lookup(row.SourceObservation?.Status, row.DestinationObservation?.Status).Location;
        return location is ObservedLocation.OnSource or ObservedLocation.OnDestination ? new SettledExternalMigration(row, location) : null;
    }

    private static bool IsNowhere(StatusRow row) => row.Destination is null
        ? row.SourceObservation is { Status: VmStatus.Down }
        : TwoSidedStatus.Lookup(row.SourceObservation?.Status, row.DestinationObservation?.Status).Location == ObservedLocation.Nowhere;

    private static HostObservation? Newer(HostObservation? left, HostObservation? right) =>
        left is null || (right is not null && left.IsOlderThan(right.AgentEpoch, right.Sequence)) ? right : left;
}

/// <summary>A migrating VM and what its two hosts last reported about it.</summary>
/// <param name="Vm">The VM.</param>
/// <param name="Name">Its name.</param>
/// <param name="Since">When it entered the table.</param>
public sealed record StatusRow(VmId Vm, string Name, DateTimeOffset Since)
{
    /// <summary>Its migration; null if it is migrated outside the mesh.</summary>
    public MigrationId? Migration { get; init; }

    /// <summary>The source; null while no host has reported it.</summary>
    public HostName? Source { get; init; }

    /// <summary>The destination; null while no host has reported it.</summary>
    public HostName? Destination { get; init; }

    /// <summary>The source's newest report.</summary>
    public HostObservation? SourceObservation { get; init; }

    /// <summary>The destination's newest report.</summary>
    public HostObservation? DestinationObservation { get; init; }

    /// <summary>Since when neither host has had it; null if one of them has it.</summary>
    public DateTimeOffset? GoneSince { get; init; }
}

/// <summary>An external migration on whose outcome both hosts agree.</summary>
/// <param name="Row">The row, which has left the table.</param>
/// <param name="Location">Where the VM is.</param>
public sealed record SettledExternalMigration(StatusRow Row, ObservedLocation Location);
