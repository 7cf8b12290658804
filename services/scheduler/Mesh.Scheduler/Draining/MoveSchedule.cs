using Mesh.Contracts.Values;
using Mesh.Scheduler.Predicting;

namespace Mesh.Scheduler.Draining;

/// <summary>
/// Schedules moves by list scheduling: whenever a move ends, the next move of each host starts that finds its links and slots free; hosts with
/// most data left choose first. Moves that share a link share it fairly, and no more of them are on it than leave each the bandwidth floor.
/// </summary>
public sealed class MoveSchedule
{
    private readonly IReadOnlyList<PlannedMove> _moves;
    private readonly MoveScheduleState _slots;
    private readonly FairShareAllocator _shares;
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

    /// <summary>The times of the moves, in the order given; of two moves of one host that can both start, the first does.</summary>
    public static IReadOnlyList<MoveTimes> Build(IReadOnlyList<PlannedMove> moves, LinkLimits links)
    {
        ArgumentNullException.ThrowIfNull(moves);
        ArgumentNullException.ThrowIfNull(links);
        return new MoveSchedule(moves, links).Run();
    }

    /// <summary>When the last move ends.</summary>
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
        var rates = _shares.Allocate([.. _running.Select(flow => new LinkFlow(_slots.OutLink(flow.Move), _slots.InLink(flow.Move)))]);
        for (var flow = 0; flow < rates.Length; flow++)
            _running[flow].SetRate(rates[flow]);
    }

    // To the next time at which anything can change: a move ends, or a delayed one may start.
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

/// <summary>A move to be scheduled.</summary>
public sealed record PlannedMove
{
    /// <summary>The source.</summary>
    public required HostName From { get; init; }

    /// <summary>The destination.</summary>
    public required HostName To { get; init; }

    /// <summary>Memory and copied disks.</summary>
    public required Bytes DataSize { get; init; }

    /// <summary>The rate at which the VM dirties memory; null if unknown.</summary>
    public BytesPerSecond? DirtyRate { get; init; }

    /// <summary>The earliest start, from now.</summary>
    public TimeSpan NotBefore { get; init; }

    /// <summary>Whether its migration is running.</summary>
    public bool IsUnderWay { get; init; }

    /// <summary>How much of a running move is done, 0 to 1.</summary>
    public double DoneFraction { get; init; }

    /// <summary>The forecast end of a running move, from now; null without a forecast.</summary>
    public TimeSpan? EndsAfter { get; init; }
}

/// <summary>The planned times of a move.</summary>
/// <param name="StartsAfter">The start, from now.</param>
/// <param name="Duration">The duration.</param>
/// <param name="IsExclusive">Whether it has its links to itself.</param>
public sealed record MoveTimes(TimeSpan StartsAfter, TimeSpan Duration, bool IsExclusive);

/// <summary>A running move in a schedule; times in seconds.</summary>
internal sealed class MoveFlow(PlannedMove planned, int move, double startedAt)
{
    private readonly double? _endsAt = planned.EndsAfter?.TotalSeconds;
    private double _left = 1 - Math.Clamp(planned.DoneFraction, 0, 1);
    private double _rate = -1;
    private double _duration;

    /// <summary>The move's number in the schedule.</summary>
    public int Move => move;

    public double StartedAt => startedAt;

    /// <summary>Sets the copy rate from now on, in bytes per second.</summary>
    public void SetRate(double rate)
    {
        if (Math.Abs(rate - _rate) < 1)
            return;
        _rate = rate;
        _duration = MigrationPrediction.PreCopyDuration(planned.DataSize, new BytesPerSecond(Math.Max(1, (long)rate)), planned.DirtyRate).TotalSeconds;
    }

    /// <summary>The end if the rate does not change.</summary>
    public double EndsAt(double now) => _endsAt is { } at ? Math.Max(now, at) : now + (_left * _duration);

    public void Advance(double seconds) => _left = _duration > 0 ? Math.Max(0, _left - (seconds / _duration)) : 0;
}
