using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Scheduler.Fleets;

namespace Mesh.Scheduler.Draining;

/// <summary>A drain and everything that its next step is decided by.</summary>
internal sealed class DrainContext
{
    private readonly Dictionary<MigrationId, MigrationView> _ended;

    public DrainContext(Drain drain, Fleet fleet, IReadOnlyList<MigrationView> ended, DateTimeOffset now)
    {
        (Drain, Now) = (drain, now);
        Fleet = IsUndo ? DrainFleet.WithUncordoned(fleet, drain.Hosts) : DrainFleet.WithDraining(fleet, drain.Hosts, drain.Id, drain.RequestedBy, now);
        Timing = new(Fleet, drain.Parallel, now);
        _ended = ended.GroupBy(migration => migration.Id).ToDictionary(same => same.Key, same => same.First());
    }

    public Drain Drain { get; }

    public DateTimeOffset Now { get; }

    /// <summary>The fleet as the drain sees it.</summary>
    public FleetIndex Fleet { get; }

    public DrainTiming Timing { get; }

    public SchedulingLimits Limits => Fleet.Fleet.Limits;

    /// <summary>Whether the drain brings VMs back: its hosts are uncordoned then, and only its own VMs matter.</summary>
    public bool IsUndo => Drain.Undoes is not null;

    /// <summary>Whether the drain empties a host.</summary>
    public bool Empties(HostName host) => !IsUndo && Drain.Hosts.Contains(host);

    /// <summary>The unfinished migration of a move; null if there is none.</summary>
    public MigrationView? FindUnfinished(VmMove move) => move.Migration is { } id ? Fleet.FindMigration(id) : null;

    /// <summary>The ended migration of a move; null if it has not ended or is no longer known.</summary>
    public MigrationView? FindEnded(VmMove move) => move.Migration is { } id ? _ended.GetValueOrDefault(id) : null;

    /// <summary>A VM where it uses a host's resources; null if it does so nowhere.</summary>
    public LocatedVm? FindRunning(VmId vm) => Fleet.FindVm(vm) is { } located && DrainFleet.IsRunning(located, Fleet) ? located : null;
}
