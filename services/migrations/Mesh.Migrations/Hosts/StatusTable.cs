using System.Collections.Immutable;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Migrations.Hosts;

/// <summary>
/// The status table of all migrating machines (seed <c>ovirt-vm-migration-states</c>): in memory only, filled by migrations that
/// the mesh begins and by hosts that report a machine as migrating, and so refilled after a restart. A machine leaves it when both
/// hosts' words agree where it is.
/// </summary>
/// <param name="Rows">The rows.</param>
public sealed record StatusTable(ImmutableDictionary<VmId, StatusRow> Rows)
{
    /// <summary>
    /// "Not there" must be said for this long before a machine counts as gone: it may have moved to a host whose report is still to
    /// come, or on and back while reports were under way.
    /// </summary>
    public static readonly TimeSpan GoneAfter = MigrationTimers.DoubtfulLocationGrace;

    /// <summary>A table without rows.</summary>
    public static readonly StatusTable Empty = new(ImmutableDictionary<VmId, StatusRow>.Empty);

    /// <summary>A migration of the mesh begins, or goes on after a restart.</summary>
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

    /// <summary>Takes a host's report, which the caller has found to be newer than the one before; tells what it settles.</summary>
    public (StatusTable Table, IReadOnlyList<SettledExternalMigration> Settled) ApplyReport(HostReport report, DateTimeOffset now)
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
            var observation = new HostObservation(status?.Status ?? VmStatus.Down, status?.Detail ?? "not known there", report.AgentEpoch, report.Sequence, now);
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
    /// A host is off for certain: its machines are down there. One of whose other host nothing is known is down with it, and leaves.
    /// </summary>
    public StatusTable ApplyFence(HostFence fence)
    {
        ArgumentNullException.ThrowIfNull(fence);
        var observation = new HostObservation(VmStatus.Down, $"fenced by {fence.RequestedBy}", fence.AgentEpoch, 0, fence.At) { IsFenced = true };
        var concerned = Rows.Values.Where(row => row.Source == fence.Host || row.Destination == fence.Host).ToList();
        var alone = concerned.Where(row => row.Migration is null && (row.Source is null || row.Destination is null)).Select(row => row.Vm).ToHashSet();
        return new(Rows.RemoveRange(alone).SetItems(concerned
            .Where(row => !alone.Contains(row.Vm))
            .Select(row => KeyValuePair.Create(row.Vm, row.Source == fence.Host ? row with { SourceObservation = observation } : row with { DestinationObservation = observation }))));
    }

    /// <summary>
    /// A machine enters by being reported as migrating; the other side is whoever reports the other half. What does not fit the row
    /// begins a new one: the machine has moved on before the last move was settled.
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

            // A short move may never be seen arriving: whoever runs it afterwards is where it went.
            VmStatus.Up when row is { Destination: null, SourceObservation.Status: VmStatus.Down } && row.Source != host => row with { Destination = host },
            _ => null,
        };
    }

    /// <summary>What has become of a machine that somebody moved outside the mesh; migrations of the mesh announce their own ends.</summary>
    private static SettledExternalMigration? TrySettle(StatusRow row, DateTimeOffset now)
    {
        if (row.Migration is not null)
            return null;
        if (IsNowhere(row))
        {
            var isSaidAgain = (row.SourceObservation is null || row.SourceObservation.HoldsAfter(row.GoneSince!.Value)) && (row.DestinationObservation is null || row.DestinationObservation.HoldsAfter(row.GoneSince!.Value));
            return isSaidAgain && now - row.GoneSince!.Value >= GoneAfter ? new SettledExternalMigration(row, ObservedLocation.Nowhere) : null;
        }

        if (row is { Destination: null, SourceObservation.Status: VmStatus.Up or VmStatus.Paused })
            return new SettledExternalMigration(row, ObservedLocation.OnSource);
        var verdict = TwoSidedStatus.Lookup(row.SourceObservation?.Status, row.DestinationObservation?.Status).Location;
        return verdict is ObservedLocation.OnSource or ObservedLocation.OnDestination ? new SettledExternalMigration(row, verdict) : null;
    }

    private static bool IsNowhere(StatusRow row) => row.Destination is null
        ? row.SourceObservation is { Status: VmStatus.Down }
        : TwoSidedStatus.Lookup(row.SourceObservation?.Status, row.DestinationObservation?.Status).Location == ObservedLocation.Nowhere;

    private static HostObservation? Newer(HostObservation? left, HostObservation? right) =>
        left is null || (right is not null && left.IsOlderThan(right.AgentEpoch, right.Sequence)) ? right : left;
}

/// <summary>A migrating machine and what its two hosts last said of it.</summary>
/// <param name="Vm">The machine.</param>
/// <param name="Name">Its name.</param>
/// <param name="Since">When it entered the table.</param>
public sealed record StatusRow(VmId Vm, string Name, DateTimeOffset Since)
{
    /// <summary>The migration that moves it; null if it was begun outside the mesh.</summary>
    public MigrationId? Migration { get; init; }

    /// <summary>The host that it leaves; null while no host has said so.</summary>
    public HostName? Source { get; init; }

    /// <summary>The host that it goes to; null while no host has said so.</summary>
    public HostName? Destination { get; init; }

    /// <summary>The source's newest word.</summary>
    public HostObservation? SourceObservation { get; init; }

    /// <summary>The destination's newest word.</summary>
    public HostObservation? DestinationObservation { get; init; }

    /// <summary>Since when no host that is known to have to do with it has had it; null if that is not so.</summary>
    public DateTimeOffset? GoneSince { get; init; }
}

/// <summary>A machine that somebody moved outside the mesh, and of which both hosts now say the same.</summary>
/// <param name="Row">The row, which has left the table.</param>
/// <param name="Location">Where the machine is.</param>
public sealed record SettledExternalMigration(StatusRow Row, ObservedLocation Location);
