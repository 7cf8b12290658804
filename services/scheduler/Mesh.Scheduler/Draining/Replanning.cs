using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Scheduler.Batch;
using Mesh.Scheduler.Checking;

namespace Mesh.Scheduler.Draining;

/// <summary>Replans the moves that have not started, when the plan no longer holds.</summary>
internal sealed class Replanning
{
    /// <summary>The relative change of the predicted duration above which a drain is replanned.</summary>
    public const double MinRelativeChange = 0.2;

    /// <summary>The least change of the predicted duration that causes a replan.</summary>
    public static readonly TimeSpan MinChange = TimeSpan.FromSeconds(30);

    private readonly DrainContext _context;
    private readonly List<VmMove> _moves;
    private readonly List<UnmovableVm> _unplaced = [];
    private readonly List<RescheduleMigration> _rescheduled = [];

    private Replanning(DrainContext context, IReadOnlyList<VmMove> moves) => (_context, _moves) = (context, [.. moves]);

    public IReadOnlyList<VmMove> Moves => _moves;

    /// <summary>VMs that no host can take now.</summary>
    public IReadOnlyList<UnmovableVm> Unplaced => _unplaced;

    /// <summary>Queued migrations with a new destination.</summary>
    public IReadOnlyList<RescheduleMigration> Rescheduled => _rescheduled;

    /// <summary>Whether at least one of the VMs that were added has a destination.</summary>
    public bool HasPlaced(IReadOnlyList<LocatedVm> unplanned) => unplanned.Any(vm => _unplaced.TrueForAll(left => left.Vm != vm.Vm.Id));

    /// <summary>Whether predictions have changed too much, or a planned destination can no longer take its VM.</summary>
    public static bool IsDue(DrainContext context, IReadOnlyList<VmMove> moves, TimeSpan rest)
    {
        var drain = context.Drain;
        if (!moves.Any(move => move.State == DrainMoveState.Pending))
            return false;
        var change = (context.Now - drain.PlannedAt + rest - drain.Makespan).Duration();
        return (change > MinRelativeChange * drain.Makespan && change > MinChange)
            || (!context.IsUndo && moves.Any(move => move.State == DrainMoveState.Pending && context.FindRunning(move.Vm) is { } vm
                && Eligibility.CheckHost(context.Fleet, vm, move.To, DrainMigrationOptions.Default, drain.RelaxAffinity).Count > 0));
    }

    /// <summary>The new plan, with VMs that are added to it.</summary>
    public static Replanning Replan(DrainContext context, IReadOnlyList<VmMove> moves, IReadOnlyList<LocatedVm> unplanned)
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

    private static bool CanReplan(DrainContext context, VmMove move) =>
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

    // A VM with a queued migration keeps waiting: the queue rejects it if no host becomes free.
    private void MarkUnplaced(UnplacedVm left)
    {
        var number = _moves.FindIndex(move => move.Vm == left.Vm.Vm.Id);
        if (number >= 0 && _moves[number].State == DrainMoveState.Migrating)
            return;
        _unplaced.Add(DrainPlanner.CreateBlocked(left.Vm, left.Refusals));
        if (number >= 0)
            _moves[number] = _moves[number] with { State = DrainMoveState.Failed, Message = string.Join("; ", left.Refusals.Select(refusal => refusal.Message)) };
    }

    // Only moves without a migration change places: a move's position is part of its migrations' IDs.
    private void Reorder()
    {
        var places = Enumerable.Range(0, _moves.Count).Where(number => IsNeverRequested(_moves[number])).ToArray();
        var sorted = _context.Timing.Sort(places.Select(place => _moves[place]), _context.Drain.Order);
        VmMove[] active = [.. DrainTiming.Active(_moves).Where(move => !IsNeverRequested(move)), .. sorted];
        var timed = active.Zip(_context.Timing.Schedule(active), (move, times) =>
            move with { StartOffset = times.StartsAfter, EstimatedDuration = times.Duration, Exclusive = times.IsExclusive }).ToArray();
        var fresh = timed.Where(IsNeverRequested).OrderBy(move => move.StartOffset).ToArray();
        for (var number = 0; number < fresh.Length; number++)
            _moves[places[number]] = fresh[number];
        foreach (var move in timed.Where(move => !IsNeverRequested(move)))
            _moves[_moves.FindIndex(other => other.Vm == move.Vm)] = move;
    }

    private static bool IsNeverRequested(VmMove move) => move is { State: DrainMoveState.Pending, Attempts: 0 };
}
