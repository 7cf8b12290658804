using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Scheduler.Draining;

/// <summary>The state that follows from a drain's moves: its own, that of its hosts, and its progress.</summary>
internal static class DrainProgress
{
    public static DrainState ComputeState(DrainContext context, IReadOnlyList<VmMove> moves, IReadOnlyList<UnmovableVm> blocked)
    {
        if (DrainTiming.Active(moves).Any() || (!context.IsUndo && !context.Drain.Hosts.All(host => IsDrained(context, host, blocked))))
            return DrainState.Running;
        return blocked.Count > 0 ? DrainState.Blocked : DrainState.Completed;
    }

    /// <summary>The cordons that have to change.</summary>
    public static IReadOnlyList<(HostName Host, CordonState State)> ComputeCordons(DrainContext context, Fleet fleet, IReadOnlyList<VmMove> moves) => context.IsUndo ? [] :
    [
        .. fleet.Hosts.Where(host => context.Empties(host.Inventory.Host) && DrainFleet.IsStateKnown(context.Fleet, host.Inventory.Host))
            .Select(host => (Host: host.Inventory.Host, State: IsEmpty(context, host, moves) ? CordonState.Maintenance : CordonState.Draining, Now: host.Cordon?.State))
            .Where(host => host.State != host.Now)
            .Select(host => (host.Host, host.State)),
    ];

    /// <summary>How much of the data has been moved; 100 % only when every move is over.</summary>
    /// <param name="moves">The moves.</param>
    /// <param name="findUnfinished">The unfinished migration of a move; null where there is none.</param>
    public static Percent ComputePercent(IReadOnlyList<VmMove> moves, Func<VmMove, MigrationView?> findUnfinished)
    {
        double all = 0, done = 0;
        foreach (var move in moves.Where(move => move.State != DrainMoveState.Skipped))
        {
            all += move.DataSize.Count;
            done += move.DataSize.Count * (move.State switch
            {
                DrainMoveState.Completed => 1,
                DrainMoveState.Migrating => (findUnfinished(move)?.Progress.Value ?? 0) / 100.0,
                _ => 0,
            });
        }

        var isOver = moves.All(move => move.State is DrainMoveState.Completed or DrainMoveState.Skipped);
        return new(isOver ? 100 : Math.Min(99, (int)(100 * done / Math.Max(1, all))));
    }

    private static bool IsEmpty(DrainContext context, FleetHost host, IReadOnlyList<VmMove> moves) =>
        (host.Health == HostHealth.Fenced || host.Inventory.Vms.All(vm => vm.Status == VmStatus.Down))
        && host.VmsNotInInventory.Count == 0
        && !host.InvalidVms.Any(vm => vm.MayRun)
        && !HasIncoming(context, host.Inventory.Host)
        && !DrainTiming.Active(moves).Any(move => move.From == host.Inventory.Host);

    // Also while it is only being confirmed: the VM may run there before the host's inventory shows it.
    private static bool HasIncoming(DrainContext context, HostName host) =>
        context.Fleet.Fleet.Migrations.Any(migration => migration.Destination == host && migration.Outcome is null);

    private static bool IsDrained(DrainContext context, HostName host, IReadOnlyList<UnmovableVm> blocked) =>
        DrainFleet.IsStateKnown(context.Fleet, host)
        && !HasIncoming(context, host)
        && (context.Fleet.FindHost(host)?.Host.VmsNotInInventory.All(vm => blocked.Any(known => known.Vm == vm.Id)) ?? true)
        && DrainFleet.RunningOn(context.Fleet, host).All(vm => blocked.Any(known => known.Vm == vm.Vm.Id));
}
