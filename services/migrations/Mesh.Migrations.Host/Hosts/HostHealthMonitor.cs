using System.Diagnostics.Metrics;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Values;
using Mesh.Hosting.Telemetry;

namespace Mesh.Migrations.Host.Hosts;

/// <summary>Looks at each second which hosts have fallen silent or come back, and says so.</summary>
internal sealed partial class HostHealthMonitor(HostRegistry hosts, TimeProvider time, ILogger<HostHealthMonitor> log) : IHostedService, IDisposable
{
    // An instrument is never taken down again, so it must not hold what it measures.
    private static HostRegistry? _measured;

    private static readonly ObservableGauge<int> Gauge = MeshTelemetry.Meter.CreateObservableGauge(
        "mesh.hosts",
        () => (_measured?.ListHealth() ?? []).GroupBy(host => host.Health)
            .Select(group => new Measurement<int>(group.Count(), new KeyValuePair<string, object?>("health", group.Key.ToString()))),
        "{host}", "Hosts by their health");

    private static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stopping = new();
    private readonly Dictionary<HostName, HostHealth> _last = [];
    private Task _loop = Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        Volatile.Write(ref _measured, hosts);
        _ = Gauge;
        _loop = RunAsync();
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    public void Dispose()
    {
        Interlocked.CompareExchange(ref _measured, null, hosts);
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        while (true)
        {
            await Task.Delay(CheckInterval, time, _stopping.Token);
            foreach (var (entry, health) in hosts.ListHealth())
                LogChange(entry, health);
        }
    }

    private void LogChange(HostEntry entry, HostHealth health)
    {
        var isKnown = _last.TryGetValue(entry.Host, out var before);
        _last[entry.Host] = health;
        if (isKnown && before == health)
            return;
        var silence = entry.LastReportAt is { } reported ? (time.GetUtcNow() - reported).TotalSeconds : (double?)null;
        switch (health)
        {
            case HostHealth.Healthy when isKnown:
                LogBack(entry.Host.Value, before);
                break;
            case HostHealth.Suspect when isKnown:
                LogSuspect(entry.Host.Value, silence);
                break;
            case HostHealth.Unresponsive:
                LogUnresponsive(entry.Host.Value, silence, entry.VmCount);
                break;
        }
    }

    [LoggerMessage(2020, LogLevel.Information, "Host {Host} is heard of again; it was {Before}")]
    private partial void LogBack(string host, HostHealth before);

    [LoggerMessage(2021, LogLevel.Warning, "Host {Host} is suspect: last heard of {Seconds:0} s ago. It is no destination meanwhile")]
    private partial void LogSuspect(string host, double? seconds);

    [LoggerMessage(2022, LogLevel.Error, "Host {Host} is unresponsive: last heard of {Seconds:0} s ago. What its {Vms} machines do is unknown; nothing is concluded until it speaks or is fenced")]
    private partial void LogUnresponsive(string host, double? seconds, int vms);
}
