using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Scheduler.Batch;
using Mesh.Scheduler.Checking;

namespace Mesh.Scheduler.Draining;

/// <summary>
/// The VMs on a drain's hosts without a pending or running move: those that were started or arrived since the planning, those that could not be
/// moved before, and those that came back.
/// </summary>
internal static class UnplannedVms
{
    // After a migration, the source may still report the VM for a while.
    private static readonly TimeSpan ReportDelay = TimeSpan.FromMinutes(1);

    /// <summary>The VMs that can be moved, and those that cannot, with advice for each.</summary>
    public static (IReadOnlyList<LocatedVm> Movable, IReadOnlyList<UnmovableVm> Blocked) Find(DrainContext context, IReadOnlyList<VmMove> moves)
    {
        var (movable, blocked) = (new List<LocatedVm>(), new List<UnmovableVm>());
        var known = moves.ToDictionary(move => move.Vm);
        var before = context.Drain.BlockedVms.GroupBy(vm => vm.Vm).ToDictionary(same => same.Key, same => same.First());
        foreach (var vm in Candidates(context, moves))
        {
            var move = known.GetValueOrDefault(vm.Vm.Id);
            if (move is not null && IsUnderWay(context, move))
                continue;
            var refusals = Eligibility.CheckVm(context.Fleet, vm, DrainMigrationOptions.Default);
            if (DrainPlanner.IsBlocked(refusals))
                blocked.Add(DrainPlanner.CreateBlocked(vm, refusals));
            else if (move is { State: DrainMoveState.Failed } && before.GetValueOrDefault(vm.Vm.Id) is not { Refusals.Count: > 0 })
                blocked.Add(new(move.Vm, move.VmName, vm.Host, [], move.Message));
            else if (refusals.Count == 0 && CheckAnyHost(context, vm) is { Count: > 0 } none)
                blocked.Add(DrainPlanner.CreateBlocked(vm, none));
            else if (refusals.Count == 0)
                movable.Add(vm);
        }

        if (!context.IsUndo)
            blocked.AddRange(DrainFleet.InvalidVms(context.Fleet, [.. context.Drain.Hosts.Where(host => DrainFleet.IsStateKnown(context.Fleet, host))])
                .Where(vm => blocked.All(other => other.Vm != vm.Vm || other.Host != vm.Host)).ToList());

        // VMs of an unresponsive host stay as they were; so do VMs for which an undo never planned a move.
        blocked.AddRange(context.Drain.BlockedVms.Where(vm => !DrainFleet.IsStateKnown(context.Fleet, vm.Host) || (context.IsUndo && !known.ContainsKey(vm.Vm))));
        return (movable, blocked);
    }

    // A VM that no host could take even alone needs no replanning.
    private static IReadOnlyList<Refusal> CheckAnyHost(DrainContext context, LocatedVm vm)
    {
        var relax = context.Drain.RelaxAffinity;
        return context.IsUndo || context.Fleet.Hosts.Any(host => Eligibility.CheckHost(context.Fleet, vm, host.Name, DrainMigrationOptions.Default, relax).Count == 0)
            ? []
            : UnplacedExplanation.Explain(context.Fleet, vm, DrainMigrationOptions.Default, relax, UnplacedReason.NoHostAllowed);
    }

    private static IEnumerable<LocatedVm> Candidates(DrainContext context, IReadOnlyList<VmMove> moves) => context.IsUndo
        ? moves.Where(move => move.State == DrainMoveState.Failed).Select(move => context.FindRunning(move.Vm)).OfType<LocatedVm>()
            .Where(vm => DrainFleet.IsStateKnown(context.Fleet, vm.Host))
        : context.Drain.Hosts.Where(host => DrainFleet.IsStateKnown(context.Fleet, host)).SelectMany(host => DrainFleet.RunningOn(context.Fleet, host))
            // A VM that also runs elsewhere is a late report.
            .Where(vm => context.FindRunning(vm.Vm.Id)?.Host == vm.Host || context.Fleet.Obstacles(vm.Vm.Id).Count > 0);

    private static bool IsUnderWay(DrainContext context, VmMove move) => move.State switch
    {
        DrainMoveState.Pending or DrainMoveState.Migrating => true,
        DrainMoveState.Failed => false,
        _ => context.FindEnded(move)?.EndedAt is { } at && context.Now - at < ReportDelay,
    };
}
