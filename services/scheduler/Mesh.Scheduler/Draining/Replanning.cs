using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Scheduler.Batch;
using Mesh.Scheduler.Checking;

namespace Mesh.Scheduler.Draining;

/// <summary>Makes the plan anew for the moves that have not begun, when it does not hold any more.</summary>
internal sealed class Replanning
{
    /// <summary>Part of the planned time by which a prediction must have moved before the plan is made anew.</summary>
    public const double WorthwhilePart = 0.2;

    /// <summary>Smaller differences than this are not worth a new plan, whatever part of it they are.</summary>
    public static readonly TimeSpan Worthwhile = TimeSpan.FromSeconds(30);

    private readonly DrainMoment _moment;
    private readonly List<DrainMove> _moves;
    private readonly List<StuckVm> _left = [];
    private readonly List<RescheduleMigration> _rescheduled = [];

    private Replanning(DrainMoment moment, IReadOnlyList<DrainMove> moves) => (_moment, _moves) = (moment, [.. moves]);

    /// <summary>The moves as they are planned now.</summary>
    public IReadOnlyList<DrainMove> Moves => _moves;

    /// <summary>Machines that no host can take now.</summary>
    public IReadOnlyList<StuckVm> Left => _left;

    /// <summary>Migrations that wait, and are planned elsewhere now.</summary>
    public IReadOnlyList<RescheduleMigration> Rescheduled => _rescheduled;

    /// <summary>Whether one of the machines that came to the plan has found a host.</summary>
    public bool HasTaken(IReadOnlyList<LocatedVm> newcomers) => newcomers.Any(vm => _left.TrueForAll(left => left.Vm != vm.Vm.Id));

    /// <summary>Whether predictions have moved too far, or a planned host cannot take its machine any more.</summary>
    /// <param name="moment">The moment.</param>
    /// <param name="moves">The moves.</param>
    /// <param name="rest">How long the rest is predicted to take.</param>
    public static bool IsDue(DrainMoment moment, IReadOnlyList<DrainMove> moves, TimeSpan rest)
    {
        var drain = moment.Drain;
        if (!moves.Any(move => move.State == DrainMoveState.Waiting))
            return false;
        var moved = (moment.Now - (drain.PlannedAt ?? drain.At) + rest - drain.Makespan).Duration();
        return (moved > WorthwhilePart * drain.Makespan && moved > Worthwhile)
            || (!moment.IsUndo && moves.Any(move => move.State == DrainMoveState.Waiting && moment.Running(move.Vm) is { } vm
                && Eligibility.OfHost(moment.Fleet, vm, move.To, DrainOptions.Any, drain.RelaxAffinity).Count > 0));
    }

    /// <summary>The new plan, with machines that come to it.</summary>
    public static Replanning Of(DrainMoment moment, IReadOnlyList<DrainMove> moves, IReadOnlyList<LocatedVm> newcomers)
    {
        var replanning = new Replanning(moment, moves);
        if (moment.IsUndo)
            foreach (var vm in newcomers)
                replanning.Add(vm, moves.Single(move => move.Vm == vm.Vm.Id).To);
        else
            replanning.Place(newcomers);
        replanning.Order();
        return replanning;
    }

    private static bool IsOpen(DrainMoment moment, DrainMove move) =>
        move.State == DrainMoveState.Waiting || (moment.Unfinished(move) is { } unfinished && DrainMigrations.IsOpen(unfinished));

    private void Place(IReadOnlyList<LocatedVm> newcomers)
    {
        var open = _moves.Where(move => IsOpen(_moment, move)).ToArray();
        var batch = BatchPlacement.Place(
            _moment.Fleet,
            [.. open.Select(move => _moment.Running(move.Vm)).OfType<LocatedVm>(), .. newcomers],
            DrainOptions.Any,
            _moment.Drain.RelaxAffinity,
            open.ToDictionary(move => move.Vm, move => move.To));
        foreach (var placed in batch.Placed)
            Add(placed.Vm, placed.To);
        foreach (var left in batch.Left)
            Leave(left);
    }

    private void Add(LocatedVm vm, HostName to)
    {
        var number = _moves.FindIndex(move => move.Vm == vm.Vm.Id);
        if (number < 0)
        {
            _moves.Add(DrainPlanner.Move(vm, to));
        }
        else if (_moves[number] is { State: DrainMoveState.Moving } moving)
        {
            if (moving.To == to)
                return;
            _moves[number] = moving with { To = to };
            _rescheduled.Add(new() { Id = moving.Migration!.Value, By = _moment.Drain.By, Preferred = to });
        }
        else
        {
            var isNew = _moves[number].State != DrainMoveState.Waiting;
            _moves[number] = _moves[number] with { State = DrainMoveState.Waiting, From = vm.Host, To = to, Note = isNew ? "" : _moves[number].Note };
        }
    }

    // One whose migration waits goes on waiting: the queue ends it if no host comes free.
    private void Leave(UnplacedVm left)
    {
        var number = _moves.FindIndex(move => move.Vm == left.Vm.Vm.Id);
        if (number >= 0 && _moves[number].State == DrainMoveState.Moving)
            return;
        var stuck = DrainPlanner.Stuck(left.Vm, left.Refusals);
        _left.Add(stuck);
        if (number >= 0)
            _moves[number] = _moves[number] with { State = DrainMoveState.Failed, Note = string.Join("; ", left.Refusals.Select(refusal => refusal.Message)) };
    }

    // Only moves that were never asked for change places: the identities of the others' migrations follow from theirs.
    private void Order()
    {
        var places = Enumerable.Range(0, _moves.Count).Where(number => IsFresh(_moves[number])).ToArray();
        var sorted = _moment.Timing.Sort(places.Select(place => _moves[place]), _moment.Drain.Order);
        DrainMove[] active = [.. DrainTiming.Active(_moves).Where(move => !IsFresh(move)), .. sorted];
        var timed = active.Zip(_moment.Timing.Of(active), (move, times) => move with { StartsAfter = times.StartsAfter, Takes = times.Takes, Alone = times.Alone }).ToArray();
        var fresh = timed.Where(IsFresh).OrderBy(move => move.StartsAfter).ToArray();
        for (var number = 0; number < fresh.Length; number++)
            _moves[places[number]] = fresh[number];
        foreach (var move in timed.Where(move => !IsFresh(move)))
            _moves[_moves.FindIndex(other => other.Vm == move.Vm)] = move;
    }

    private static bool IsFresh(DrainMove move) => move is { State: DrainMoveState.Waiting, Tries: 0 };
}
