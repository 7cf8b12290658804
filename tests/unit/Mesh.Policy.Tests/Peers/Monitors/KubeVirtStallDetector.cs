using Mesh.Policy.Traces;

namespace Mesh.Policy.Tests.Peers.Monitors;

/// <summary>
/// KubeVirt's stall detector (enhancement 248) with its defaults, transcribed; only setting the downtime is permitted. A
/// sample with a new pass represents its event, any other a poll. Times are compared exactly, in ms.
/// </summary>
internal sealed class KubeVirtStallDetector(decimal acceptableCompletionTime)
{
    private const double Margin = 0.04, Alpha = 0.4, PreCopyPossibleFactor = 1.5;
    private const long ProgressTimeoutMs = 40_000, MaxDowntimeMs = 900, SwitchOverTimeoutMs = 60_000;

    private readonly long _timeoutMs = (long)(acceptableCompletionTime * 1000);
    private readonly List<(long ElapsedMs, ulong Remaining)> _minCandidates = [];
    private readonly PriorityQueue<ulong, ulong> _history = new();
    private ulong? _minOutsideWindow;
    private bool _stallDetected;
    private ulong _best;
    private long _patienceMs;
    private long _relaxationDeadlineMs;
    private double _bandwidth;
    private ulong? _recorded;
    private long? _switchOverDeadlineMs;

    public List<PeerAction> Run(MigrationTrace trace)
    {
        var done = new List<PeerAction>();
        long? iteration = null;
        foreach (var sample in trace.Samples)
        {
            var (elapsedMs, remaining) = (sample.Copy.Elapsed.Ticks / TimeSpan.TicksPerMillisecond, (ulong)sample.Copy.Remaining.Count);
            var isBoundary = sample.Copy.Iteration > (iteration ?? long.MaxValue);
            iteration = Math.Max(iteration ?? 0, sample.Copy.Iteration);
            if (_bandwidth == 0)
                _bandwidth = sample.Copy.Bandwidth.Count;
            else if (!isBoundary)
                _bandwidth = (Alpha * sample.Copy.Bandwidth.Count) + ((1 - Alpha) * _bandwidth);

            if (elapsedMs > _switchOverDeadlineMs)
                return [.. done, PeerAction.Abort(elapsedMs / 1000m)];
            var decision = isBoundary ? OnIteration(elapsedMs, remaining) : null;
            decision ??= OnTimeout(elapsedMs, _recorded ?? remaining);
            if (decision is "abort")
                return [.. done, PeerAction.Abort(elapsedMs / 1000m)];
            if (decision is not null)
            {
                done.Add(PeerAction.Downtime(elapsedMs / 1000m, MaxDowntimeMs));
                _switchOverDeadlineMs = elapsedMs + SwitchOverTimeoutMs;
            }
        }

        return done;
    }

    private string? OnIteration(long elapsedMs, ulong remaining)
    {
        _recorded = remaining;
        if (_bandwidth == 0 || _switchOverDeadlineMs is not null)
            return null;
        UpdateCandidates(elapsedMs, remaining);
        if (_stallDetected)
        {
            _history.Enqueue(remaining, remaining);
            if (elapsedMs >= _relaxationDeadlineMs)
            {
                _best = _history.Dequeue();
                _patienceMs = (long)(_patienceMs * 0.5);
                _relaxationDeadlineMs = elapsedMs + _patienceMs;
            }
        }
        else if (_minOutsideWindow is { } least && remaining >= (ulong)(least * (1 - Margin)))
        {
            _stallDetected = true;
            _best = _minCandidates.Select(candidate => candidate.Remaining).Append(least).Min();
            _patienceMs = ProgressTimeoutMs;
            _relaxationDeadlineMs = elapsedMs + _patienceMs;
        }

        return _stallDetected && remaining <= (ulong)(_best * (1 + Margin)) ? Decide(elapsedMs, remaining) : null;
    }

    private void UpdateCandidates(long elapsedMs, ulong remaining)
    {
        while (_minCandidates.Count > 0 && elapsedMs - _minCandidates[0].ElapsedMs >= ProgressTimeoutMs)
        {
            if (_minOutsideWindow is null || _minCandidates[0].Remaining < _minOutsideWindow)
                _minOutsideWindow = _minCandidates[0].Remaining;
            _minCandidates.RemoveAt(0);
        }

        if (_minOutsideWindow is { } least && remaining > least)
            return;
        if (_minCandidates.Count > 0 && remaining >= _minCandidates[^1].Remaining)
            return;
        _minCandidates.Add((elapsedMs, remaining));
    }

    private string? Decide(long elapsedMs, ulong remaining)
    {
        var estimatedMs = EstimatedMs(remaining);
        if (estimatedMs > (2 * _timeoutMs) - elapsedMs)
            return null;
        return estimatedMs <= MaxDowntimeMs * PreCopyPossibleFactor ? "downtime" : "abort";
    }

    private string? OnTimeout(long elapsedMs, ulong remaining)
    {
        if (elapsedMs > 2 * _timeoutMs)
            return "abort";
        if (elapsedMs <= _timeoutMs || _switchOverDeadlineMs is not null)
            return null;
        return _bandwidth == 0 ? "abort" : Decide(elapsedMs, remaining) ?? "abort";
    }

    private long EstimatedMs(ulong remaining) => (long)(uint)Math.Min(remaining / (_bandwidth / 1000), uint.MaxValue);
}
