using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Mesh.Simulation.Engine;

/// <summary>
/// The only thread of a run: everything that a simulated process does is an entry here, executed one after the other in the order of
/// virtual time. A call from another thread is a violation, because the run would not be reproducible.
/// </summary>
internal sealed class EventLoop(Random random, bool isShuffled)
{
    /// <summary>The start of every run in virtual time.</summary>
    public static readonly DateTimeOffset StartTime = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly PriorityQueue<Entry, EventKey> _entries = new(EventKeyComparer.Instance);
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private readonly Lock _lock = new();
    private readonly List<string> _threadViolations = [];
    private long _sequence;

    /// <summary>Virtual time since the start, in ticks of 100 ns.</summary>
    public long Ticks { get; private set; }

    /// <summary>Virtual time.</summary>
    public DateTimeOffset Now => StartTime.AddTicks(Ticks);

    /// <summary>Number of executed entries.</summary>
    public long Steps { get; private set; }

    /// <summary>Calls from other threads, with their stack traces.</summary>
    public IReadOnlyList<string> ThreadViolations
    {
        get
        {
            lock (_lock)
                return [.. _threadViolations];
        }
    }

    /// <summary>Whether there was a call from another thread.</summary>
    public bool HasThreadViolations { get; private set; }

    /// <summary>Schedules a callback of a process after a delay; it never runs if the process is dead by then.</summary>
    public void Post(SimulatedProcess process, long delayTicks, SendOrPostCallback callback, object? state)
    {
        if (!CheckThread(process.Name))
            return;
        var at = Ticks + Math.Max(0, delayTicks);

        // A thread pool guarantees no order between two continuations; a shuffled run exploits that.
        var tie = isShuffled && delayTicks <= 0 ? random.Next(4) : 0;
        _entries.Enqueue(new Entry(process, callback, state), new EventKey(at, tie, _sequence++));
    }

    /// <summary>Executes the next entry that is due by a time; false if there is none.</summary>
    public bool Step(long untilTicks)
    {
        if (!_entries.TryPeek(out _, out var key) || key.Ticks > untilTicks)
        {
            Ticks = Math.Max(Ticks, untilTicks);
            return false;
        }

        var entry = _entries.Dequeue();
        Ticks = Math.Max(Ticks, key.Ticks);
        if (entry.Process.IsDead)
            return true;
        if (entry.Process.FrozenUntilTicks > Ticks)
        {
            _entries.Enqueue(entry, key with { Ticks = entry.Process.FrozenUntilTicks });
            return true;
        }

        Steps++;
        var before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(entry.Process.Context);
        try
        {
            entry.Callback(entry.State);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }

        return true;
    }

    /// <summary>Whether the caller is on the run's own thread; any other caller is recorded as a violation.</summary>
    public bool CheckThread(string who)
    {
        if (Environment.CurrentManagedThreadId == _thread)
            return true;
        lock (_lock)
        {
            if (_threadViolations.Count < 10)
                _threadViolations.Add($"{who} ran on another thread:\n{new StackTrace(2, fNeedFileInfo: false)}");
            HasThreadViolations = true;
        }

        return false;
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Entry(SimulatedProcess Process, SendOrPostCallback Callback, object? State);

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct EventKey(long Ticks, int Tie, long Sequence);

    private sealed class EventKeyComparer : IComparer<EventKey>
    {
        public static readonly EventKeyComparer Instance = new();

        public int Compare(EventKey x, EventKey y) =>
            x.Ticks != y.Ticks ? x.Ticks.CompareTo(y.Ticks) : x.Tie != y.Tie ? x.Tie.CompareTo(y.Tie) : x.Sequence.CompareTo(y.Sequence);
    }
}
