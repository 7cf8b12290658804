using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Scheduler.Checking;

namespace Mesh.Scheduler.Draining;

/// <summary>
/// Requests the next migrations of a drain, in planned order: from each host one more than may copy at once, so that the next one is prepared
/// when a slot becomes free, or as many as the drain allows if that is fewer.
/// </summary>
internal sealed class MoveDispatch
{
    private readonly DrainContext _context;
    private readonly VmMove[] _moves;
    private readonly Dictionary<HostName, int> _unfinished = [];
    private readonly HashSet<HostName> _reserved = [];
    private readonly List<RequestMigration> _requests = [];

    private MoveDispatch(DrainContext context, IEnumerable<VmMove> moves)
    {
        (_context, _moves) = (context, [.. moves]);
        foreach (var move in _moves.Where(move => move.State == DrainMoveState.Migrating))
        {
            _unfinished[move.From] = _unfinished.GetValueOrDefault(move.From) + 1;
            if (move.Exclusive)
                ReserveLinks(move);
        }
    }

    /// <summary>The moves after the dispatch, and the requests to send; a request that has not shown up as a migration is sent again.</summary>
    public static (IReadOnlyList<VmMove> Moves, IReadOnlyList<RequestMigration> Requests) Dispatch(DrainContext context, IEnumerable<VmMove> moves)
    {
        var dispatch = new MoveDispatch(context, moves);
        for (var number = 0; number < dispatch._moves.Length; number++)
            dispatch.TryDispatch(number);
        return (dispatch._moves, dispatch._requests);
    }

    private int CountMax
    {
        get
        {
            var outbound = _context.Limits.OutboundPerHost;
            return _context.Drain.Parallel is { } parallel && parallel < outbound ? parallel : outbound + 1;
        }
    }

    private void TryDispatch(int number)
    {
        var move = _moves[number];
        if (move.State == DrainMoveState.Migrating && _context.FindUnfinished(move) is null)
            _requests.Add(CreateRequest(move));
        if (move.State != DrainMoveState.Pending || move.NotBefore > _context.Now || _unfinished.GetValueOrDefault(move.From) >= CountMax)
            return;
        if (_reserved.Contains(move.From) || _reserved.Contains(move.To) || _context.FindRunning(move.Vm) is not { } vm
            || Eligibility.CheckVm(_context.Fleet, vm, DrainMigrationOptions.Default).Count > 0)
            return;
        if (move.Exclusive)
        {
            // An exclusive move reserves its links until the other moves on them have ended.
            ReserveLinks(move);
            if (Array.Exists(_moves, other => other.State == DrainMoveState.Migrating && (other.From == move.From || other.To == move.To)))
                return;
        }

        _moves[number] = move = move with
        {
            State = DrainMoveState.Migrating,
            Attempts = move.Attempts + 1,
            Migration = new MigrationId($"{_context.Drain.Id}.{number}.{move.Attempts + 1}"),
            NotBefore = null,
            Message = "",
        };
        _unfinished[move.From] = _unfinished.GetValueOrDefault(move.From) + 1;
        _requests.Add(CreateRequest(move));
    }

    private void ReserveLinks(VmMove move)
    {
        _reserved.Add(move.From);
        _reserved.Add(move.To);
    }

    // After a failure the planned host is no longer preferred: the scheduler chooses.
    private RequestMigration CreateRequest(VmMove move) => new(
        move.Migration!.Value,
        move.Vm.ToString(),
        _context.IsUndo ? move.To : null,
        _context.Fleet.FindVm(move.Vm) is { } located ? DrainMigrationOptions.ForVm(located.Vm) : DrainMigrationOptions.Default,
        new MigrationLimits(),
        _context.Drain.RequestedBy)
    {
        Priority = MigrationPriority.Drain,
        Preferred = _context.IsUndo || move.Attempts > 1 ? null : move.To,
        Drain = _context.Drain.Id,
        RelaxAffinity = _context.IsUndo || _context.Drain.RelaxAffinity,
    };
}
