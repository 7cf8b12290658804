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
    public const double MinRelativeChange = 0.2;

    /// <summary>Smaller differences than this are not worth a new plan, whatever part of it they are.</summary>
    public static readonly TimeSpan MinChange = TimeSpan.FromSeconds(30);

    private readonly DrainContext _context;
    private readonly List<DrainMove> _moves;
    private readonly List<BlockedVm> _left = [];
    private readonly List<RescheduleMigration> _rescheduled = [];

    private Replanning(DrainContext context, IReadOnlyList<DrainMove> moves) => (_context, _moves) = (context, [.. moves]);

    /// <summary>The moves as they are planned now.</summary>
    public IReadOnlyList<DrainMove> Moves => _moves;

    /// <summary>Machines that no host can take now.</summary>
    public IReadOnlyList<BlockedVm> Unplaced => _left;

    /// <summary>Migrations that wait, and are planned elsewhere now.</summary>
    public IReadOnlyList<RescheduleMigration> Rescheduled => _rescheduled;

    /// <summary>Whether one of the machines that came to the plan has found a host.</summary>
    public bool HasPlaced(IReadOnlyList<LocatedVm> unplanned) => unplanned.Any(vm => _left.TrueForAll(left => left.Vm != vm.Vm.Id));

    /// <summary>Whether predictions have moved too far, or a planned host cannot take its machine any more.</summary>
    /// <param name="context">The moment.</param>
    /// <param name="moves">The moves.</param>
    /// <param name="rest">How long the rest is predicted to take.</param>
    public static bool IsDue(DrainContext context, IReadOnlyList<DrainMove> moves, TimeSpan rest)
    {
        var drain = context.Drain;
        if (!moves.Any(move => move.State == DrainMoveState.Pending))
            return false;
        var moved = (context.Now - (drain.PlannedAt ?? drain.At) + rest - drain.Makespan).Duration();
        return (moved > MinRelativeChange * drain.Makespan && moved > MinChange)
            || (!context.IsUndo && moves.Any(move => move.State == DrainMoveState.Pending && context.FindRunning(move.Vm) is { } vm
                && Eligibility.CheckHost(context.Fleet, vm, move.To, DrainMigrationOptions.Default, drain.RelaxAffinity).Count > 0));
    }

    /// <summary>The new plan, with machines that come to it.</summary>
    public static Replanning Replan(DrainContext context, IReadOnlyList<DrainMove> moves, IReadOnlyList<LocatedVm> unplanned)
    {
        var replanning = new Replanning(context, moves);
        if (context.IsUndo)
            foreach (var vm in unplanned)
                replanning.Add(vm, moves.Single(move => move.Vm == vm.Vm.Id).To);
        else
            replanning.Place(unplanned);
        replanning.Reorder();
        return replanning;
    }

    private static bool CanReplan(DrainContext context, DrainMove move) =>
        move.State == DrainMoveState.Pending || (context.FindUnfinished(move) is { } unfinished && DrainMigrations.CanReplan(unfinished));

    private void Place(IReadOnlyList<LocatedVm> unplanned)
    {
        var open = _moves.Where(move => CanReplan(_context, move)).ToArray();
        var batch = BatchPlacement.Place(
            _context.Fleet,
            [.. open.Select(move => _context.FindRunning(move.Vm)).OfType<LocatedVm>(), .. unplanned],
            DrainMigrationOptions.Default,
            _context.Drain.RelaxAffinity,
            open.ToDictionary(move => move.Vm, move => move.To));
        foreach (var placed in batch.Placed)
            Add(placed.Vm, placed.To);
        foreach (var left in batch.Unplaced)
            MarkUnplaced(left);
    }

    private void Add(LocatedVm vm, HostName to)
    {
        var number = _moves.FindIndex(move => move.Vm == vm.Vm.Id);
        if (number < 0)
        {
            _moves.Add(DrainPlanner.CreateMove(vm, to));
        }
        else if (_moves[number] is { State: DrainMoveState.Migrating } moving)
        {
            if (moving.To == to)
                return;
            _moves[number] = moving with { To = to };
            _rescheduled.Add(new() { Id = moving.Migration!.Value, RequestedBy = _context.Drain.RequestedBy, Preferred = to });
        }
        else
        {
            var isNew = _moves[number].State != DrainMoveState.Pending;
            _moves[number] = _moves[number] with { State = DrainMoveState.Pending, From = vm.Host, To = to, Message = isNew ? "" : _moves[number].Message };
        }
    }

    // One whose migration waits goes on waiting: the queue ends it if no host comes free.
    private void MarkUnplaced(UnplacedVm left)
    {
        var number = _moves.FindIndex(move => move.Vm == left.Vm.Vm.Id);
        if (number >= 0 && _moves[number].State == DrainMoveState.Migrating)
            return;
        var stuck = DrainPlanner.CreateStuck(left.Vm, left.Refusals);
        _left.Add(stuck);
        if (number >= 0)
            _moves[number] = _moves[number] with { State = DrainMoveState.Failed, Message = string.Join("; ", left.Refusals.Select(refusal => refusal.Message)) };
    }

    // Only moves that were never asked for change places: the identities of the others' migrations follow from theirs.
    private void Reorder()
    {
        var places = Enumerable.Range(0, _moves.Count).Where(number => IsNeverRequested(_moves[number])).ToArray();
        var sorted = _context.Timing.Sort(places.Select(place => _moves[place]), _context.Drain.Order);
        DrainMove[] active = [.. DrainTiming.Active(_moves).Where(move => !IsNeverRequested(move)), .. sorted];
        var timed = active.Zip(_context.Timing.Schedule(active), (move, times) => move with { StartOffset = times.StartsAfter, EstimatedDuration = times.Duration, Exclusive = times.IsExclusive }).ToArray();
        var fresh = timed.Where(IsNeverRequested).OrderBy(move => move.StartOffset).ToArray();
        for (var number = 0; number < fresh.Length; number++)
            _moves[places[number]] = fresh[number];
        foreach (var move in timed.Where(move => !IsNeverRequested(move)))
            _moves[_moves.FindIndex(other => other.Vm == move.Vm)] = move;
    }

    private static bool IsNeverRequested(DrainMove move) => move is { State: DrainMoveState.Pending, Attempts: 0 };
}
