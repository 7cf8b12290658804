namespace Mesh.Hosting.Clocks;

/// <summary>
/// The time of a process: the wall clock's at its start, and from then on as much later as has really passed. Somebody who sets the
/// wall clock, or a time service that steps it, moves no deadline and ends no wait in here; times only ever go forward.
/// </summary>
public sealed class MonotonicTimeProvider : TimeProvider
{
    private readonly TimeProvider _clock;
    private readonly DateTimeOffset _start;
    private readonly long _startTimestamp;

    /// <summary>A time that begins now.</summary>
    /// <param name="clock">The system's clocks: one that may be set, and one that only runs.</param>
    public MonotonicTimeProvider(TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        (_clock, _start, _startTimestamp) = (clock, clock.GetUtcNow(), clock.GetTimestamp());
    }

    /// <summary>The time of this process.</summary>
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
