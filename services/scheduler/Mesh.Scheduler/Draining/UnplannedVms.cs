using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Scheduler.Batch;
using Mesh.Scheduler.Checking;

namespace Mesh.Scheduler.Draining;

/// <summary>
/// The machines of a drain that no move is under way for: those that were started or arrived since, those that could not be moved and may be
/// able to now, and those that came back.
/// </summary>
internal static class UnplannedVms
{
    // After a move, its source may still report the machine for a while.
    private static readonly TimeSpan ReportDelay = TimeSpan.FromMinutes(1);

    /// <summary>Those that can be moved, and those that cannot, with what to do about each.</summary>
    public static (IReadOnlyList<LocatedVm> Movable, IReadOnlyList<BlockedVm> Stuck) Find(DrainContext context, IReadOnlyList<DrainMove> moves)
    {
        var (movable, stuck) = (new List<LocatedVm>(), new List<BlockedVm>());
        var known = moves.ToDictionary(move => move.Vm);
        var before = context.Drain.BlockedVms.ToDictionary(vm => vm.Vm);
        foreach (var vm in Candidates(context, moves))
        {
            var move = known.GetValueOrDefault(vm.Vm.Id);
            if (move is not null && IsUnderWay(context, move))
                continue;
            var refusals = Eligibility.CheckVm(context.Fleet, vm, DrainMigrationOptions.Default);
            if (DrainPlanner.IsStuck(refusals))
                stuck.Add(DrainPlanner.CreateStuck(vm, refusals));
            else if (move is { State: DrainMoveState.Failed } && before.GetValueOrDefault(vm.Vm.Id) is not { Refusals.Count: > 0 })
                stuck.Add(new(move.Vm, move.VmName, vm.Host, [], move.Message));
            else if (refusals.Count == 0 && CheckAnyHost(context, vm) is { Count: > 0 } none)
                stuck.Add(DrainPlanner.CreateStuck(vm, none));
            else if (refusals.Count == 0)
                movable.Add(vm);
        }

        // Of a host that is not heard of, what was known before still holds; of machines that an undoing drain never began with, always.
        stuck.AddRange(context.Drain.BlockedVms.Where(vm => !DrainFleet.IsStateKnown(context.Fleet, vm.Host) || (context.IsUndo && !known.ContainsKey(vm.Vm))));
        return (movable, stuck);
    }

    // Where no host is free for a machine even alone, there is no use in planning anew.
    private static IReadOnlyList<Refusal> CheckAnyHost(DrainContext context, LocatedVm vm)
    {
        var relax = context.Drain.RelaxAffinity;
        return context.IsUndo || context.Fleet.Hosts.Any(host => Eligibility.CheckHost(context.Fleet, vm, host.Name, DrainMigrationOptions.Default, relax).Count == 0)
            ? []
            : UnplacedExplanation.Explain(context.Fleet, vm, DrainMigrationOptions.Default, relax, UnplacedReason.NoHostAllowed);
    }

    private static IEnumerable<LocatedVm> Candidates(DrainContext context, IReadOnlyList<DrainMove> moves) => context.IsUndo
        ? moves.Where(move => move.State == DrainMoveState.Failed).Select(move => context.FindRunning(move.Vm)).OfType<LocatedVm>()
            .Where(vm => DrainFleet.IsStateKnown(context.Fleet, vm.Host))
        : context.Drain.Hosts.Where(host => DrainFleet.IsStateKnown(context.Fleet, host)).SelectMany(host => DrainFleet.RunningOn(context.Fleet, host))
            // What also runs elsewhere is only a late report.
            .Where(vm => context.FindRunning(vm.Vm.Id)?.Host == vm.Host);

    private static bool IsUnderWay(DrainContext context, DrainMove move) => move.State switch
    {
        DrainMoveState.Pending or DrainMoveState.Migrating => true,
        DrainMoveState.Failed => false,
        _ => context.FindEnded(move)?.EndedAt is { } at && context.Now - at < ReportDelay,
    };
}
