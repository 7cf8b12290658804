namespace Mesh.Scheduler.Draining;

/// <summary>
/// Gives moves their times by list scheduling: whenever a move ends, the next one of each host begins that finds its links and slots free;
/// hosts with most left to move choose first. Moves that share a link share it fairly, and never more are on it than each has the floor.
/// </summary>
public sealed class MoveSchedule
{
    private readonly IReadOnlyList<PlannedMove> _moves;
    private readonly MoveScheduleState _slots;
    private readonly LinkFairShares _shares;
    private readonly List<MoveFlow> _running = [];
    private readonly MoveTimes[] _times;
    private double _now;

    private MoveSchedule(IReadOnlyList<PlannedMove> moves, LinkLimits links)
    {
        _moves = moves;
        _slots = new(moves, links);
        _shares = new(_slots.LinkRates);
        _times = new MoveTimes[moves.Count];
    }

    /// <summary>The times of the moves, in the order given; of those of one host, the earlier begins first where both can.</summary>
    public static IReadOnlyList<MoveTimes> Build(IReadOnlyList<PlannedMove> moves, LinkLimits links)
    {
        ArgumentNullException.ThrowIfNull(moves);
        ArgumentNullException.ThrowIfNull(links);
        return new MoveSchedule(moves, links).Run();
    }

    /// <summary>When the last of them is over.</summary>
    public static TimeSpan Makespan(IEnumerable<MoveTimes> times) => times.Select(time => time.StartsAfter + time.Duration).DefaultIfEmpty().Max();

    private MoveTimes[] Run()
    {
        for (var move = 0; move < _moves.Count; move++)
            if (_moves[move].IsUnderWay)
                Start(move);
        while (true)
        {
            while (_slots.Next(_now) is { } move)
                Start(move);
            if (_running.Count == 0 && !_slots.HasWaiting)
                return _times;
            ShareLinks();
            Advance();
        }
    }

    private void Start(int move)
    {
        _slots.Start(move);
        _running.Add(new MoveFlow(_moves[move], move, _now));
    }

    private void ShareLinks()
    {
        var rates = _shares.Compute([.. _running.Select(flow => (_slots.OutLink(flow.Move), _slots.InLink(flow.Move)))]);
        for (var flow = 0; flow < rates.Length; flow++)
            _running[flow].SetRate(rates[flow]);
    }

    // To the next moment at which anything can change: a move ends, or one may begin that had to wait.
    private void Advance()
    {
        var next = Math.Min(
            _running.Count > 0 ? _running.Min(flow => flow.EndsAt(_now)) : double.MaxValue,
            _slots.NextNotBefore(_now));
        foreach (var flow in _running)
            flow.Advance(next - _now);
        _now = next;
        foreach (var over in _running.Where(flow => flow.EndsAt(_now) <= _now + 1e-9).ToArray())
        {
            _running.Remove(over);
            _slots.Finish(over.Move);
            _times[over.Move] = new(TimeSpan.FromSeconds(over.StartedAt), TimeSpan.FromSeconds(_now - over.StartedAt), _slots.NeedsExclusiveLink(over.Move));
        }
    }
}
