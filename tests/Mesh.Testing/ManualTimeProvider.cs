using Microsoft.Extensions.Time.Testing;

namespace Mesh.Testing;

/// <summary>
/// A clock that moves only when a test advances it. Unlike <see cref="FakeTimeProvider"/>, which advances to the end at once, it stops at
/// each timer on the way, so that a timer that is rearmed every time fires as often as in real time; and it counts pending timers.
/// </summary>
public class ManualTimeProvider : FakeTimeProvider
{
    private readonly Lock _lock = new();
    private readonly HashSet<ManualTimer> _armed = [];

    /// <summary>A clock that starts at noon of 1 January 2026, UTC.</summary>
    public ManualTimeProvider()
        : this(new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero))
    {
    }

    /// <summary>A clock that starts at a given time.</summary>
    public ManualTimeProvider(DateTimeOffset start)
        : base(start)
    {
    }

    /// <summary>The number of pending timers; a test can wait until a loop has armed its next one.</summary>
    public int PendingTimers
    {
        get
        {
            lock (_lock)
                return _armed.Count;
        }
    }

    /// <inheritdoc />
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new ManualTimer(this);
        var inner = base.CreateTimer(
            _ =>
            {
                timer.Fired();
                callback(state);
            },
            null,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
        timer.Begin(inner, dueTime, period);
        return timer;
    }

    /// <summary>Advances the clock and fires all timers that become due, in order, including those armed on the way.</summary>
    public new void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        var at = GetTimestamp();
        var until = at + by.Ticks;
        while (NextDue(at, until) is { } due)
            GoTo(at = due);
        GoTo(until);
    }

    // Another thread may have advanced further. Timestamps are ticks here.
    private void GoTo(long timestamp) => base.Advance(TimeSpan.FromTicks(Math.Max(0, timestamp - GetTimestamp())));

    private long? NextDue(long after, long until)
    {
        lock (_lock)
            return _armed.Where(timer => timer.Due > after && timer.Due <= until).Min(timer => (long?)timer.Due);
    }

    private sealed class ManualTimer(ManualTimeProvider clock) : ITimer
    {
        private ITimer _inner = null!;
        private TimeSpan _period;
        private bool _isDisposed;

        public long Due { get; private set; }

        public void Begin(ITimer inner, TimeSpan dueTime, TimeSpan period)
        {
            _inner = inner;
            Change(dueTime, period);
        }

        public void Fired()
        {
            lock (clock._lock)
                if (_period > TimeSpan.Zero)
                    Due += _period.Ticks;
                else
                    clock._armed.Remove(this);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._lock)
            {
                if (_isDisposed)
                    return false;
                clock._armed.Remove(this);
                (Due, _period) = (clock.GetTimestamp() + dueTime.Ticks, period);
                if (dueTime != Timeout.InfiniteTimeSpan)
                    clock._armed.Add(this);

                // A test that sees it counted may advance the clock, so it must be armed by then.
                return _inner.Change(dueTime, period);
            }
        }

        public void Dispose()
        {
            lock (clock._lock)
            {
                _isDisposed = true;
                clock._armed.Remove(this);
            }

            _inner.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
