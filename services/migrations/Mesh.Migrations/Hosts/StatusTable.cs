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
    public static readonly TimeSpan GoneAfter = FlightTimers.DoubtfulVerdictGrace;

    /// <summary>A table without rows.</summary>
    public static readonly StatusTable Empty = new(ImmutableDictionary<VmId, StatusRow>.Empty);

    /// <summary>A migration of the mesh begins, or goes on after a restart.</summary>
    public StatusTable With(FlightState state, DateTimeOffset now)
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
            SourceWord = Newer(row.Source == source ? row.SourceWord : null, state.SourceWord),
            DestinationWord = Newer(row.Destination == state.Destination ? row.DestinationWord : null, state.DestinationWord),
        }));
    }

    /// <summary>Takes a host's report, which the caller has found to be newer than the one before; tells what it settles.</summary>
    public (StatusTable Table, IReadOnlyList<Settled> Settled) Hear(HostReport report, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(report);
        if (!report.HypervisorReachable)
            return (this, []);
        var said = report.Vms.ToDictionary(vm => vm.Id);
        var rows = Rows;
        foreach (var vm in report.Vms)
            if (Entered(rows.GetValueOrDefault(vm.Id), vm, report.Host, now) is { } entered)
                rows = rows.SetItem(vm.Id, entered);

        var settled = new List<Settled>();
        foreach (var row in rows.Values.Where(row => row.Source == report.Host || row.Destination == report.Host).ToList())
        {
            var status = said.GetValueOrDefault(row.Vm);
            var word = new HostWord(status?.Status ?? VmStatus.Down, status?.Detail ?? "not known there", report.AgentEpoch, report.Sequence, now);
            var heard = row.Source == report.Host ? row with { SourceWord = word } : row with { DestinationWord = word };
            heard = heard with { GoneSince = IsNowhere(heard) ? heard.GoneSince ?? now : null };
            rows = rows.SetItem(row.Vm, heard);
            if (Settle(heard, now) is not { } done)
                continue;
            rows = rows.Remove(row.Vm);
            settled.Add(done);
        }

        return (new(rows), settled);
    }

    /// <summary>
    /// A host is off for certain: its machines are down there. One of whose other host nothing is known is down with it, and leaves.
    /// </summary>
    public StatusTable Fence(HostFence fence)
    {
        ArgumentNullException.ThrowIfNull(fence);
        var word = new HostWord(VmStatus.Down, $"fenced by {fence.By}", fence.AgentEpoch, 0, fence.At) { IsFenced = true };
        var concerned = Rows.Values.Where(row => row.Source == fence.Host || row.Destination == fence.Host).ToList();
        var alone = concerned.Where(row => row.Migration is null && (row.Source is null || row.Destination is null)).Select(row => row.Vm).ToHashSet();
        return new(Rows.RemoveRange(alone).SetItems(concerned
            .Where(row => !alone.Contains(row.Vm))
            .Select(row => KeyValuePair.Create(row.Vm, row.Source == fence.Host ? row with { SourceWord = word } : row with { DestinationWord = word }))));
    }

    /// <summary>
    /// A machine enters by being reported as migrating; the other side is whoever reports the other half. What does not fit the row
    /// begins a new one: the machine has moved on before the last move was settled.
    /// </summary>
    private static StatusRow? Entered(StatusRow? row, VmStatusReport vm, HostName host, DateTimeOffset now)
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
            VmStatus.Up when row is { Destination: null, SourceWord.Status: VmStatus.Down } && row.Source != host => row with { Destination = host },
            _ => null,
        };
    }

    /// <summary>What has become of a machine that somebody moved outside the mesh; migrations of the mesh announce their own ends.</summary>
    private static Settled? Settle(StatusRow row, DateTimeOffset now)
    {
        if (row.Migration is not null)
            return null;
        if (IsNowhere(row))
        {
            var isSaidAgain = (row.SourceWord is null || row.SourceWord.IsSince(row.GoneSince!.Value)) && (row.DestinationWord is null || row.DestinationWord.IsSince(row.GoneSince!.Value));
            return isSaidAgain && now - row.GoneSince!.Value >= GoneAfter ? new Settled(row, Verdict.Nowhere) : null;
        }

        if (row is { Destination: null, SourceWord.Status: VmStatus.Up or VmStatus.Paused })
            return new Settled(row, Verdict.OnSource);
        var verdict = TwoSidedStatus.Read(row.SourceWord?.Status, row.DestinationWord?.Status).Verdict;
        return verdict is Verdict.OnSource or Verdict.OnDestination ? new Settled(row, verdict) : null;
    }

    private static bool IsNowhere(StatusRow row) => row.Destination is null
        ? row.SourceWord is { Status: VmStatus.Down }
        : TwoSidedStatus.Read(row.SourceWord?.Status, row.DestinationWord?.Status).Verdict == Verdict.Nowhere;

    private static HostWord? Newer(HostWord? left, HostWord? right) =>
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
    public HostWord? SourceWord { get; init; }

    /// <summary>The destination's newest word.</summary>
    public HostWord? DestinationWord { get; init; }

    /// <summary>Since when no host that is known to have to do with it has had it; null if that is not so.</summary>
    public DateTimeOffset? GoneSince { get; init; }
}

/// <summary>A machine that somebody moved outside the mesh, and of which both hosts now say the same.</summary>
/// <param name="Row">The row, which has left the table.</param>
/// <param name="Verdict">Where the machine is.</param>
public sealed record Settled(StatusRow Row, Verdict Verdict);
