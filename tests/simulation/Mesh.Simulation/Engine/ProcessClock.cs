namespace Mesh.Simulation.Engine;

/// <summary>
/// A process's view of virtual time; its timers fire on its context. The wall clock of its host may be wrong and may jump. FakeTimeProvider
/// is not sufficient: all processes share one order of events that follows from the seed, and the timers of a killed process never fire.
/// </summary>
internal sealed class ProcessClock(SimulatedProcess process) : TimeProvider
{
    /// <summary>The offset of the host's wall clock; timers and timestamps ignore it.</summary>
    public Func<TimeSpan> Skew { get; set; } = () => TimeSpan.Zero;

    /// <inheritdoc />
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc />
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <inheritdoc />
    public override DateTimeOffset GetUtcNow()
    {
        process.EventLoop.CheckThread(process.Name);
        return process.EventLoop.Now + Skew();
    }

    /// <inheritdoc />
    public override long GetTimestamp() => process.EventLoop.Ticks;

    /// <inheritdoc />
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(process, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class Timer(SimulatedProcess process, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period;
        private int _armed;
        private bool _isDisposed;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (_isDisposed)
                return false;
            _period = period;
            _armed++;
            if (dueTime != Timeout.InfiniteTimeSpan)
                Arm(dueTime);
            return true;
        }

        public void Dispose() => _isDisposed = true;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Arm(TimeSpan due) => process.EventLoop.Post(process, Math.Max(1, due.Ticks), Fire, _armed);

        private void Fire(object? armed)
        {
            if (_isDisposed || (int)armed! != _armed)
                return;
            if (_period > TimeSpan.Zero)
                Arm(_period);
            callback(state);
        }
    }
}
