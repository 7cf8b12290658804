using System.Globalization;
using System.Diagnostics.Metrics;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Values;
using Mesh.Core;
using Mesh.Hosting.Background;
using Mesh.Hosting.Telemetry;

namespace Mesh.Migrations.Host.Hosts;

/// <summary>Checks each second which hosts have stopped reporting or are back, and logs it.</summary>
internal sealed partial class HostHealthMonitor(HostRegistry hosts, TimeProvider time, ILogger<HostHealthMonitor> log)
    : BackgroundLoop("Host health check", new ExponentialBackoff(CheckInterval, CheckInterval), time, log)
{
    // An instrument is never taken down again, so it must not hold what it measures.
    private static HostRegistry? _measured;

    private static readonly ObservableGauge<int> Gauge = MeshTelemetry.Meter.CreateObservableGauge(
        TelemetryNames.Metrics.Hosts,
        () => (_measured?.ListHealth() ?? []).GroupBy(host => host.Health)
            .Select(group => new Measurement<int>(group.Count(), new KeyValuePair<string, object?>(TelemetryNames.Tags.HostHealth, MeshTelemetry.TagValue(group.Key)))),
        "{host}", "Hosts by their health");

    public static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(1);

    private readonly Dictionary<HostName, HostHealth> _last = [];

    protected override TimeSpan InitialDelay => CheckInterval;

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        Volatile.Write(ref _measured, hosts);
        _ = Gauge;
        return base.StartAsync(cancellationToken);
    }

    protected override Task<TimeSpan> RunOnceAsync(CancellationToken stopping)
    {
        foreach (var (entry, health) in hosts.ListHealth())
            LogChange(entry, health);
        return Task.FromResult(CheckInterval);
    }

    protected override void Dispose(bool disposing)
    {
        Interlocked.CompareExchange(ref _measured, null, hosts);
        base.Dispose(disposing);
    }

    private void LogChange(HostEntry entry, HostHealth health)
    {
        var isKnown = _last.TryGetValue(entry.Host, out var before);
        _last[entry.Host] = health;
        if (isKnown && before == health)
            return;
        var silence = entry.LastReportAt is { } reported
            ? string.Create(CultureInfo.InvariantCulture, $"last report {(Time.GetUtcNow() - reported).TotalSeconds:0} s ago")
            : "no report since the mesh started";
        switch (health)
        {
            case HostHealth.Healthy when isKnown:
                LogBack(Log, entry.Host.Value, before);
                break;
            case HostHealth.Suspect when isKnown:
                LogSuspect(Log, entry.Host.Value, silence);
                break;
            case HostHealth.Unresponsive:
                LogUnresponsive(Log, entry.Host.Value, silence, entry.VmCount);
                break;
        }
    }

    [LoggerMessage(2020, LogLevel.Information, "Host {Host} is responding again; it was {Before}")]
    private static partial void LogBack(ILogger log, string host, HostHealth before);

    [LoggerMessage(2021, LogLevel.Warning, "Host {Host} is suspect: {Silence}; excluded as a destination")]
    private static partial void LogSuspect(ILogger log, string host, string silence);

    [LoggerMessage(2022, LogLevel.Error, "Host {Host} is unresponsive: {Silence}. The state of its {Vms} VMs is unknown until it reports again or is fenced")]
    private static partial void LogUnresponsive(ILogger log, string host, string silence, int vms);
}
