using Mesh.Contracts.Hosts;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Scheduler.Draining;

/// <summary>Whether a drain is over, what its hosts are then, and how far it is.</summary>
internal static class DrainEnd
{
    /// <summary>Where the drain stands.</summary>
    public static DrainState StateOf(DrainMoment moment, IReadOnlyList<DrainMove> moves, IReadOnlyList<StuckVm> stuck)
    {
        if (DrainTiming.Active(moves).Any() || (!moment.IsUndo && !moment.Drain.Hosts.All(host => IsSettled(moment, host, stuck))))
            return DrainState.Running;
        return stuck.Count > 0 ? DrainState.Stuck : DrainState.Done;
    }

    /// <summary>What the hosts are to be that are something else by now.</summary>
    public static IReadOnlyList<(HostName Host, CordonState State)> Cordons(DrainMoment moment, Fleet fleet, IReadOnlyList<DrainMove> moves) => moment.IsUndo ? [] :
    [
        .. fleet.Hosts.Where(host => moment.Empties(host.Inventory.Host) && DrainFleet.IsKnown(moment.Fleet, host.Inventory.Host))
            .Select(host => (Host: host.Inventory.Host, State: IsEmpty(moment, host, moves) ? CordonState.Maintenance : CordonState.Draining, Now: host.Cordon?.State))
            .Where(host => host.State != host.Now)
            .Select(host => (host.Host, host.State)),
    ];

    /// <summary>How much of the data is moved; all of it only when every move is over.</summary>
    public static Percent Progress(DrainMoment moment, IReadOnlyList<DrainMove> moves)
    {
        double all = 0, done = 0;
        foreach (var move in moves.Where(move => move.State != DrainMoveState.Dropped))
        {
            all += move.DataSize.Count;
            done += move.DataSize.Count * (move.State switch
            {
                DrainMoveState.Done => 1,
                DrainMoveState.Moving => (moment.Unfinished(move)?.Progress.Value ?? 0) / 100.0,
                _ => 0,
            });
        }

        var isOver = moves.All(move => move.State is DrainMoveState.Done or DrainMoveState.Dropped);
        return new(isOver ? 100 : Math.Min(99, (int)(100 * done / Math.Max(1, all))));
    }

    private static bool IsEmpty(DrainMoment moment, FleetHost host, IReadOnlyList<DrainMove> moves) =>
        (host.Health == HostHealth.Fenced || host.Inventory.Vms.All(vm => vm.Status == VmStatus.Down))
        && host.Undescribed.Count == 0
        && !IsAwaiting(moment, host.Inventory.Host)
        && !DrainTiming.Active(moves).Any(move => move.From == host.Inventory.Host);

    // Also while it only settles: the machine may be there already, though the host has yet to describe it.
    private static bool IsAwaiting(DrainMoment moment, HostName host) =>
        moment.Fleet.Fleet.Migrations.Any(migration => migration.Destination == host && migration.Outcome is null);

    private static bool IsSettled(DrainMoment moment, HostName host, IReadOnlyList<StuckVm> stuck) =>
        DrainFleet.IsKnown(moment.Fleet, host)
        && !IsAwaiting(moment, host)
        && moment.Fleet.Host(host) is not { Host.Undescribed.Count: > 0 }
        && DrainFleet.RunningOn(moment.Fleet, host).All(vm => stuck.Any(known => known.Vm == vm.Vm.Id));
}
