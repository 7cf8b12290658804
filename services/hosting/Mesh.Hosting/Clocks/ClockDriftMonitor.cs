using Mesh.Core;
using Mesh.Hosting.Background;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mesh.Hosting.Clocks;

/// <summary>Registers the clock.</summary>
public static class TimeServiceCollectionExtensions
{
    /// <summary>Adds a clock that does not jump, unless a <see cref="TimeProvider"/> is registered already; calling it again changes nothing.</summary>
    public static IServiceCollection AddMonotonicTime(this IServiceCollection services)
    {
        services.TryAddSingleton<TimeProvider>(MonotonicTimeProvider.ForProcess);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, ClockDriftMonitor>());
        return services;
    }
}

/// <summary>Logs when the wall clock has moved away from the process clock. It changes neither.</summary>
internal sealed partial class ClockDriftMonitor(TimeProvider time, ILogger<ClockDriftMonitor> log)
    : BackgroundLoop("Clock drift check", new ExponentialBackoff(CheckInterval, CheckInterval), time, log)
{
    public static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(10);

    /// <summary>A clock that a time service disciplines stays much closer to the time that has really passed.</summary>
    public static readonly TimeSpan MaxDrift = TimeSpan.FromSeconds(5);

    private TimeSpan _reportedDrift;

    protected override TimeSpan InitialDelay => CheckInterval;

    // A clock that a test or a simulation sets has no wall clock to drift from.
    public override Task StartAsync(CancellationToken cancellationToken) =>
        Time is MonotonicTimeProvider ? base.StartAsync(cancellationToken) : Task.CompletedTask;

    protected override Task<TimeSpan> RunOnceAsync(CancellationToken stopping)
    {
        Check(((MonotonicTimeProvider)Time).WallClockOffset);
        return Task.FromResult(CheckInterval);
    }

    private void Check(TimeSpan ahead)
    {
        if ((ahead - _reportedDrift).Duration() <= MaxDrift)
            return;
        _reportedDrift = ahead;
        if (ahead.Duration() <= MaxDrift)
            LogDriftEnded(Log);
        else
            LogDrift(Log, ahead.TotalSeconds);
    }

    [LoggerMessage(120, LogLevel.Warning, "The wall clock has jumped: it is {AheadSeconds:0.#} s ahead of the process clock. Limits and timers are not affected; timestamps follow the process clock until the next restart")]
    private static partial void LogDrift(ILogger log, double aheadSeconds);

    [LoggerMessage(121, LogLevel.Information, "The wall clock agrees with the process clock again")]
    private static partial void LogDriftEnded(ILogger log);
}
