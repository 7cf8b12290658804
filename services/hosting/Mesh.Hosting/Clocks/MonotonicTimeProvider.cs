namespace Mesh.Hosting.Clocks;

/// <summary>
/// The clock of a process: the wall clock's time at the start, advanced by the time that has really passed. Setting or stepping the wall
/// clock moves no deadline and ends no wait; time only moves forward.
/// </summary>
public sealed class MonotonicTimeProvider : TimeProvider
{
    private readonly TimeProvider _clock;
    private readonly DateTimeOffset _start;
    private readonly long _startTimestamp;

    /// <summary>A clock that starts now.</summary>
    /// <param name="clock">The system clocks: the wall clock, and the monotonic time stamp.</param>
    public MonotonicTimeProvider(TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        (_clock, _start, _startTimestamp) = (clock, clock.GetUtcNow(), clock.GetTimestamp());
    }

    /// <summary>The clock of this process.</summary>
    public static MonotonicTimeProvider ForProcess { get; } = new(System);

    /// <inheritdoc />
    public override TimeZoneInfo LocalTimeZone => _clock.LocalTimeZone;

    /// <inheritdoc />
    public override long TimestampFrequency => _clock.TimestampFrequency;

    /// <summary>How far the wall clock is ahead; less than zero if it is behind.</summary>
    public TimeSpan WallClockOffset => _clock.GetUtcNow() - GetUtcNow();

    /// <inheritdoc />
    public override DateTimeOffset GetUtcNow() => _start + _clock.GetElapsedTime(_startTimestamp);

    /// <inheritdoc />
    public override long GetTimestamp() => _clock.GetTimestamp();

    /// <inheritdoc />
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        _clock.CreateTimer(callback, state, dueTime, period);
}
