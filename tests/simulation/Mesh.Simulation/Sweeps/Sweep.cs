using System.Collections.Concurrent;
using System.Diagnostics;
using Mesh.Simulation.Plants;
using Mesh.Simulation.Worlds;

namespace Mesh.Simulation.Sweeps;

/// <summary>Many seeds, some side by side, each on one thread from its begin to its end.</summary>
internal sealed class Sweep(int from, int count, int threads, KnownBug? bug = null, bool stopsAtFailure = true)
{
    private static readonly TimeSpan TellEvery = TimeSpan.FromSeconds(10);

    private readonly ConcurrentBag<RunResult> _failures = [];
    private readonly ConcurrentDictionary<string, int> _ends = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private int _next;
    private int _done;
    private long _steps;
    private long _virtualTicks;
    private TimeSpan _told;

    /// <summary>Runs them and tells how it went.</summary>
    public Summary Run(Action<string> tell)
    {
        var clock = Stopwatch.StartNew();
        var workers = Enumerable.Range(0, threads).Select(_ => new Thread(() => Work(clock, tell))).ToList();
        foreach (var worker in workers)
            worker.Start();
        foreach (var worker in workers)
            worker.Join();
        return new Summary(
            _done, clock.Elapsed, Interlocked.Read(ref _steps), TimeSpan.FromTicks(Interlocked.Read(ref _virtualTicks)),
            [.. _failures.OrderBy(failure => failure.Seed)], new SortedDictionary<string, int>(_ends, StringComparer.Ordinal));
    }

    private void Work(Stopwatch clock, Action<string> tell)
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
                tell($"seed {result.Seed} violates: {result.Invariant}");
            }

            foreach (var end in result.Ends)
                _ends.AddOrUpdate(end, 1, (_, known) => known + 1);
            Interlocked.Add(ref _steps, result.Steps);
            Interlocked.Add(ref _virtualTicks, result.VirtualTime.Ticks);
            Tell(Interlocked.Increment(ref _done), clock, tell);
        }
    }

    private void Tell(int done, Stopwatch clock, Action<string> tell)
    {
        lock (_lock)
        {
            if (clock.Elapsed - _told < TellEvery)
                return;
            _told = clock.Elapsed;
        }

        tell($"{done} of {count} seeds, {done / clock.Elapsed.TotalSeconds:0.0} seeds/s, {_failures.Count} failures");
    }
}
