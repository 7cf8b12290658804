using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Scheduler.Batch;
using Mesh.Scheduler.Checking;

namespace Mesh.Scheduler.Draining;

/// <summary>
/// The machines of a drain that no move is under way for: those that were started or arrived since, those that could not be moved and may be
/// able to now, and those that came back.
/// </summary>
internal static class Newcomers
{
    // After a move, its source may still report the machine for a while.
    private static readonly TimeSpan ReportsLag = TimeSpan.FromMinutes(1);

    /// <summary>Those that can be moved, and those that cannot, with what to do about each.</summary>
    public static (IReadOnlyList<LocatedVm> Movable, IReadOnlyList<StuckVm> Stuck) Of(DrainMoment moment, IReadOnlyList<DrainMove> moves)
    {
        var (movable, stuck) = (new List<LocatedVm>(), new List<StuckVm>());
        var known = moves.ToDictionary(move => move.Vm);
        var before = moment.Drain.Stuck.ToDictionary(vm => vm.Vm);
        foreach (var vm in Candidates(moment, moves))
        {
            var move = known.GetValueOrDefault(vm.Vm.Id);
            if (move is not null && IsUnderWay(moment, move))
                continue;
            var refusals = Eligibility.OfVm(moment.Fleet, vm, DrainOptions.Any);
            if (DrainPlanner.IsStuck(refusals))
                stuck.Add(DrainPlanner.Stuck(vm, refusals));
            else if (move is { State: DrainMoveState.Failed } && before.GetValueOrDefault(vm.Vm.Id) is not { Refusals.Count: > 0 })
                stuck.Add(new(move.Vm, move.VmName, vm.Host, [], move.Note));
            else if (refusals.Count == 0 && NoHost(moment, vm) is { Count: > 0 } none)
                stuck.Add(DrainPlanner.Stuck(vm, none));
            else if (refusals.Count == 0)
                movable.Add(vm);
        }

        // Of a host that is not heard of, what was known before still holds; of machines that an undoing drain never began with, always.
        stuck.AddRange(moment.Drain.Stuck.Where(vm => !DrainFleet.IsKnown(moment.Fleet, vm.Host) || (moment.IsUndo && !known.ContainsKey(vm.Vm))));
        return (movable, stuck);
    }

    // Where no host is free for a machine even alone, there is no use in planning anew.
    private static IReadOnlyList<Refusal> NoHost(DrainMoment moment, LocatedVm vm)
    {
        var relax = moment.Drain.RelaxAffinity;
        return moment.IsUndo || moment.Fleet.Hosts.Any(host => Eligibility.OfHost(moment.Fleet, vm, host.Name, DrainOptions.Any, relax).Count == 0)
            ? []
            : LeftReasons.Of(moment.Fleet, vm, DrainOptions.Any, relax, LeftBecause.NoHostAllowed);
    }

    private static IEnumerable<LocatedVm> Candidates(DrainMoment moment, IReadOnlyList<DrainMove> moves) => moment.IsUndo
        ? moves.Where(move => move.State == DrainMoveState.Failed).Select(move => moment.Running(move.Vm)).OfType<LocatedVm>()
            .Where(vm => DrainFleet.IsKnown(moment.Fleet, vm.Host))
        : moment.Drain.Hosts.Where(host => DrainFleet.IsKnown(moment.Fleet, host)).SelectMany(host => DrainFleet.RunningOn(moment.Fleet, host))
            // What also runs elsewhere is only a late report.
            .Where(vm => moment.Running(vm.Vm.Id)?.Host == vm.Host);

    private static bool IsUnderWay(DrainMoment moment, DrainMove move) => move.State switch
    {
        DrainMoveState.Waiting or DrainMoveState.Moving => true,
        DrainMoveState.Failed => false,
        _ => moment.Ended(move)?.EndedAt is { } at && moment.Now - at < ReportsLag,
    };
}
