using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mesh.Hosting.Clocks;

/// <summary>Tells when the wall clock has moved away from the time that the process goes by. It changes nothing about either.</summary>
internal sealed partial class ClockDriftMonitor(TimeProvider time, ILogger<ClockDriftMonitor> log) : IHostedService, IDisposable
{
    /// <summary>Time between two looks.</summary>
    public static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(10);

    /// <summary>Clocks that a time service keeps are much closer to the time that has really passed.</summary>
    public static readonly TimeSpan MaxDrift = TimeSpan.FromSeconds(5);

    private TimeSpan _reportedDrift;
    private ITimer? _timer;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (time is MonotonicTimeProvider steady)
            _timer = time.CreateTimer(_ => Check(steady), null, CheckInterval, CheckInterval);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _timer?.Dispose();
        return Task.CompletedTask;
    }

    public void Dispose() => _timer?.Dispose();

    private void Check(MonotonicTimeProvider steady)
    {
        var ahead = steady.WallClockOffset;
        if ((ahead - _reportedDrift).Duration() <= MaxDrift)
            return;
        _reportedDrift = ahead;
        if (ahead.Duration() <= MaxDrift)
            LogDriftEnded();
        else
            LogDrift(ahead.TotalSeconds);
    }

    [LoggerMessage(120, LogLevel.Warning, "The wall clock has jumped: it is {AheadSeconds:0.#} s ahead of the time that this process goes by since its start. Limits and timers hold as they are; the times in records are those of the process until it is begun anew")]
    private partial void LogDrift(double aheadSeconds);

    [LoggerMessage(121, LogLevel.Information, "The wall clock shows the time that this process goes by again")]
    private partial void LogDriftEnded();
}
