using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Scheduler.Checking;

namespace Mesh.Scheduler.Draining;

/// <summary>
/// Asks for the next migrations of a drain, in the order of its plan: from each host one more than may copy at once, so that the next one is
/// prepared when a slot becomes free, or just as many as the drain allows if that is fewer.
/// </summary>
internal sealed class MoveFeeding
{
    private readonly DrainMoment _moment;
    private readonly DrainMove[] _moves;
    private readonly Dictionary<HostName, int> _unfinished = [];
    private readonly HashSet<HostName> _kept = [];
    private readonly List<RequestMigration> _requests = [];

    private MoveFeeding(DrainMoment moment, IEnumerable<DrainMove> moves)
    {
        (_moment, _moves) = (moment, [.. moves]);
        foreach (var move in _moves.Where(move => move.State == DrainMoveState.Moving))
        {
            _unfinished[move.From] = _unfinished.GetValueOrDefault(move.From) + 1;
            if (move.Alone)
                Keep(move);
        }
    }

    /// <summary>The moves with those that are asked for now, and their requests; also, once more, those of which nothing was heard.</summary>
    public static (IReadOnlyList<DrainMove> Moves, IReadOnlyList<RequestMigration> Requests) Of(DrainMoment moment, IEnumerable<DrainMove> moves)
    {
        var feeding = new MoveFeeding(moment, moves);
        for (var number = 0; number < feeding._moves.Length; number++)
            feeding.Look(number);
        return (feeding._moves, feeding._requests);
    }

    private int CountMax
    {
        get
        {
            var outbound = _moment.Limits.OutboundPerHost;
            return _moment.Drain.Parallel is { } parallel && parallel < outbound ? parallel : outbound + 1;
        }
    }

    private void Look(int number)
    {
        var move = _moves[number];
        if (move.State == DrainMoveState.Moving && _moment.Unfinished(move) is null)
            _requests.Add(Request(move));
        if (move.State != DrainMoveState.Waiting || move.NotBefore > _moment.Now || _unfinished.GetValueOrDefault(move.From) >= CountMax)
            return;
        if (_kept.Contains(move.From) || _kept.Contains(move.To) || _moment.Running(move.Vm) is not { } vm
            || Eligibility.OfVm(_moment.Fleet, vm, DrainOptions.Any).Count > 0)
            return;
        if (move.Alone)
        {
            // One that wants its links for itself keeps them until the others on them are over.
            Keep(move);
            if (Array.Exists(_moves, other => other.State == DrainMoveState.Moving && (other.From == move.From || other.To == move.To)))
                return;
        }

        _moves[number] = move = move with
        {
            State = DrainMoveState.Moving,
            Tries = move.Tries + 1,
            Migration = new MigrationId($"{_moment.Drain.Id}.{number}.{move.Tries + 1}"),
            NotBefore = null,
            Note = "",
        };
        _unfinished[move.From] = _unfinished.GetValueOrDefault(move.From) + 1;
        _requests.Add(Request(move));
    }

    private void Keep(DrainMove move)
    {
        _kept.Add(move.From);
        _kept.Add(move.To);
    }

    // After a failure the planned host is not preferred any more: which one is best then, the scheduler knows.
    private RequestMigration Request(DrainMove move) => new(
        move.Migration!.Value,
        move.Vm.ToString(),
        _moment.IsUndo ? move.To : null,
        _moment.Fleet.Located(move.Vm) is { } located ? DrainOptions.Of(located.Vm) : DrainOptions.Any,
        new MigrationLimits(),
        _moment.Drain.By)
    {
        Priority = MigrationPriority.Drain,
        Preferred = _moment.IsUndo || move.Tries > 1 ? null : move.To,
        Drain = _moment.Drain.Id,
        RelaxAffinity = _moment.IsUndo || _moment.Drain.RelaxAffinity,
    };
}
