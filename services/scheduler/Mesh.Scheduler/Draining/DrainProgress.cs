using Mesh.Contracts.Hosts;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Scheduler.Draining;

/// <summary>Whether a drain is over, what its hosts are then, and how far it is.</summary>
internal static class DrainProgress
{
    /// <summary>Where the drain stands.</summary>
    public static DrainState ComputeState(DrainContext context, IReadOnlyList<DrainMove> moves, IReadOnlyList<BlockedVm> stuck)
    {
        if (DrainTiming.Active(moves).Any() || (!context.IsUndo && !context.Drain.Hosts.All(host => IsDrained(context, host, stuck))))
            return DrainState.Running;
        return stuck.Count > 0 ? DrainState.Blocked : DrainState.Completed;
    }

    /// <summary>What the hosts are to be that are something else by now.</summary>
    public static IReadOnlyList<(HostName Host, CordonState State)> ComputeCordons(DrainContext context, Fleet fleet, IReadOnlyList<DrainMove> moves) => context.IsUndo ? [] :
    [
        .. fleet.Hosts.Where(host => context.Empties(host.Inventory.Host) && DrainFleet.IsStateKnown(context.Fleet, host.Inventory.Host))
            .Select(host => (Host: host.Inventory.Host, State: IsEmpty(context, host, moves) ? CordonState.Maintenance : CordonState.Draining, Now: host.Cordon?.State))
            .Where(host => host.State != host.Now)
            .Select(host => (host.Host, host.State)),
    ];

    /// <summary>How much of the data is moved; all of it only when every move is over.</summary>
    public static Percent ComputePercent(DrainContext context, IReadOnlyList<DrainMove> moves)
    {
        double all = 0, done = 0;
        foreach (var move in moves.Where(move => move.State != DrainMoveState.Skipped))
        {
            all += move.DataSize.Count;
            done += move.DataSize.Count * (move.State switch
            {
                DrainMoveState.Completed => 1,
                DrainMoveState.Migrating => (context.FindUnfinished(move)?.Progress.Value ?? 0) / 100.0,
                _ => 0,
            });
        }

        var isOver = moves.All(move => move.State is DrainMoveState.Completed or DrainMoveState.Skipped);
        return new(isOver ? 100 : Math.Min(99, (int)(100 * done / Math.Max(1, all))));
    }

    private static bool IsEmpty(DrainContext context, FleetHost host, IReadOnlyList<DrainMove> moves) =>
        (host.Health == HostHealth.Fenced || host.Inventory.Vms.All(vm => vm.Status == VmStatus.Down))
        && host.VmsNotInInventory.Count == 0
        && !HasIncoming(context, host.Inventory.Host)
        && !DrainTiming.Active(moves).Any(move => move.From == host.Inventory.Host);

    // Also while it only settles: the machine may be there already, though the host has yet to describe it.
    private static bool HasIncoming(DrainContext context, HostName host) =>
        context.Fleet.Fleet.Migrations.Any(migration => migration.Destination == host && migration.Outcome is null);

    private static bool IsDrained(DrainContext context, HostName host, IReadOnlyList<BlockedVm> stuck) =>
        DrainFleet.IsStateKnown(context.Fleet, host)
        && !HasIncoming(context, host)
        && context.Fleet.FindHost(host) is not { Host.VmsNotInInventory.Count: > 0 }
        && DrainFleet.RunningOn(context.Fleet, host).All(vm => stuck.Any(known => known.Vm == vm.Vm.Id));
}
