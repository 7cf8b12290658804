using System.Collections.Concurrent;
using System.Diagnostics;
using Mesh.Simulation.SeededBugs;
using Mesh.Simulation.Worlds;

namespace Mesh.Simulation.Sweeps;

/// <summary>Runs many seeds, several in parallel, each on a single thread.</summary>
internal sealed class Sweep(int from, int count, int threads, SeededBugKind? bug = null, bool stopsAtFailure = true)
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(10);

    private readonly ConcurrentBag<RunResult> _failures = [];
    private readonly ConcurrentDictionary<string, int> _outcomes = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private int _next;
    private int _done;
    private long _steps;
    private long _virtualTicks;
    private TimeSpan _lastReported;

    /// <summary>Runs the seeds and summarizes the results.</summary>
    public SweepSummary Run(Action<string> report)
    {
        var clock = Stopwatch.StartNew();
        var workers = Enumerable.Range(0, threads).Select(_ => new Thread(() => Work(clock, report))).ToList();
        foreach (var worker in workers)
            worker.Start();
        foreach (var worker in workers)
            worker.Join();
        return new SweepSummary(
            _done, clock.Elapsed, Interlocked.Read(ref _steps), TimeSpan.FromTicks(Interlocked.Read(ref _virtualTicks)),
            [.. _failures.OrderBy(failure => failure.Seed)], new SortedDictionary<string, int>(_outcomes, StringComparer.Ordinal));
    }

    private void Work(Stopwatch clock, Action<string> report)
    {
        while (!stopsAtFailure || _failures.IsEmpty)
        {
            var number = Interlocked.Increment(ref _next) - 1;
            if (number >= count)
                return;
            var result = World.Run(new RunOptions(from + number, bug));
            if (result.Failure is not null)
            {
                _failures.Add(result);
                report($"seed {result.Seed} violates: {result.Invariant}");
            }

            foreach (var outcome in result.Outcomes)
                _outcomes.AddOrUpdate(outcome, 1, (_, count) => count + 1);
            Interlocked.Add(ref _steps, result.Steps);
            Interlocked.Add(ref _virtualTicks, result.VirtualTime.Ticks);
            ReportProgress(Interlocked.Increment(ref _done), clock, report);
        }
    }

    private void ReportProgress(int done, Stopwatch clock, Action<string> report)
    {
        lock (_lock)
        {
            if (clock.Elapsed - _lastReported < ProgressInterval)
                return;
            _lastReported = clock.Elapsed;
        }

        report($"{done} of {count} seeds, {done / clock.Elapsed.TotalSeconds:0.0} seeds/s, {_failures.Count} failures");
    }
}
