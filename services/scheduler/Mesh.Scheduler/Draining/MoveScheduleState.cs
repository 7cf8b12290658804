using Mesh.Contracts.Values;

namespace Mesh.Scheduler.Draining;

/// <summary>Which links and slots are in use at a moment of a schedule, and which move may start next.</summary>
internal sealed class MoveScheduleState
{
    private readonly IReadOnlyList<PlannedMove> _moves;
    private readonly LinkLimits _links;
    private readonly Dictionary<HostName, int> _numbers = [];
    private readonly int[] _from;
    private readonly int[] _to;
    private readonly bool[] _isExclusive;
    private readonly int[] _outMax;
    private readonly int[] _inMax;
    private readonly int[] _outbound;
    private readonly int[] _inbound;
    private readonly int[] _exclusiveOn;
    private readonly double[] _remainingOut;
    private readonly List<int>[] _waiting;
    private readonly double[] _notBefore;
    private int _running;

    public MoveScheduleState(IReadOnlyList<PlannedMove> moves, LinkLimits links)
    {
        (_moves, _links) = (moves, links);
        _from = [.. moves.Select(move => IndexOf(move.From))];
        _to = [.. moves.Select(move => IndexOf(move.To))];
        _isExclusive = [.. moves.Select(move => links.NeedsExclusiveLink(move.From, move.To, move.DirtyRate))];
        HostName[] hosts = [.. _numbers.Keys];
        _outMax = [.. hosts.Select(links.OutboundMax)];
        _inMax = [.. hosts.Select(links.InboundMax)];
        (_outbound, _inbound, _exclusiveOn) = (new int[hosts.Length], new int[hosts.Length], new int[2 * hosts.Length]);
        _remainingOut = new double[hosts.Length];
        LinkRates = [.. hosts.Concat(hosts).Select(host => (double)links.UsableRate(host).Count)];
        _waiting = [.. hosts.Select(_ => new List<int>())];
        _notBefore = [.. moves.Where(move => !move.IsUnderWay && move.NotBefore > TimeSpan.Zero).Select(move => move.NotBefore.TotalSeconds).Distinct().Order()];
        for (var move = 0; move < moves.Count; move++)
        {
            _remainingOut[_from[move]] += moves[move].DataSize.Count / LinkRates[OutLink(move)];
            if (!moves[move].IsUnderWay)
                _waiting[_from[move]].Add(move);
        }
    }

    /// <summary>The rate of each link, in bytes per second: first the outbound link of each host, then the inbound ones.</summary>
    public IReadOnlyList<double> LinkRates { get; }

    public bool HasWaiting => Array.Exists(_waiting, waiting => waiting.Count > 0);

    public int OutLink(int move) => _from[move];

    public int InLink(int move) => _numbers.Count + _to[move];

    public bool NeedsExclusiveLink(int move) => _isExclusive[move];

    /// <summary>The next time at which a delayed move may start, in seconds.</summary>
    public double NextNotBefore(double now)
    {
        foreach (var at in _notBefore)
            if (at > now)
                return at;
        return double.MaxValue;
    }

    /// <summary>
    /// The move that starts next; null if none can. An exclusive move that is next in line reserves its links until they are free; with nothing
    /// running it starts at once, so there is always a move that can start.
    /// </summary>
    public int? Next(double now)
    {
        if (_running >= _links.Limits.ClusterMax)
            return null;
        var reserved = new HashSet<int>();
        foreach (var host in Enumerable.Range(0, _waiting.Length).Where(host => _waiting[host].Count > 0)
            .OrderBy(host => _outbound[host]).ThenByDescending(host => _remainingOut[host]))
            if (NextFrom(host, now, reserved) is { } move)
                return move;
        return null;
    }

    public void Start(int move)
    {
        UpdateCounts(move, 1);
        _waiting[_from[move]].Remove(move);
    }

    public void Finish(int move)
    {
        UpdateCounts(move, -1);
        _remainingOut[_from[move]] -= _moves[move].DataSize.Count / LinkRates[OutLink(move)];
    }

    private int? NextFrom(int host, double now, HashSet<int> reserved)
    {
        foreach (var move in _waiting[host])
        {
            var (outLink, inLink) = (OutLink(move), InLink(move));
            if (_moves[move].NotBefore.TotalSeconds > now || reserved.Contains(outLink) || reserved.Contains(inLink))
                continue;
            if (_isExclusive[move])
            {
                if (_outbound[_from[move]] == 0 && _inbound[_to[move]] == 0)
                    return move;
                reserved.Add(outLink);
                reserved.Add(inLink);
            }
            else if (_exclusiveOn[outLink] == 0 && _exclusiveOn[inLink] == 0
                && _outbound[_from[move]] < _outMax[_from[move]] && _inbound[_to[move]] < _inMax[_to[move]])
            {
                return move;
            }
        }

        return null;
    }

    private void UpdateCounts(int move, int sign)
    {
        _running += sign;
        _outbound[_from[move]] += sign;
        _inbound[_to[move]] += sign;
        if (_isExclusive[move])
        {
            _exclusiveOn[OutLink(move)] += sign;
            _exclusiveOn[InLink(move)] += sign;
        }
    }

    private int IndexOf(HostName host)
    {
        if (!_numbers.TryGetValue(host, out var number))
            _numbers[host] = number = _numbers.Count;
        return number;
    }
}
