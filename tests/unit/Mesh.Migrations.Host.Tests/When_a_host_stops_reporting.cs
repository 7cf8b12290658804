using System.Collections.Concurrent;
using Mesh.Contracts.Vms;
using Mesh.Migrations.Host.Hosts;
using Mesh.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Mesh.Migrations.Host.Tests;

public sealed class When_a_host_stops_reporting
{
    private const int IsSuspect = 2021;
    private const int IsUnresponsive = 2022;
    private const int IsBack = 2020;
    private const int CheckFailed = 141;
    private const int ChecksAgain = 143;

    private readonly ManualTimeProvider _time = new();
    private readonly EventLog _log = new();

    [Fact]
    public async Task Should_keep_checking_after_a_check_has_failed()
    {
        var messages = new HostMessages(_time);
        var hosts = new HostRegistry(_time, Options.Create(new HostHealthOptions()));
        hosts.Update(messages.Inventory(HostMessages.Source, HostMessages.CreateVm()));
        hosts.Update(messages.Report(HostMessages.Source, VmStatus.Up));
        using var monitor = new HostHealthMonitor(hosts, _time, _log);
        await monitor.StartAsync(default);
        await AdvanceAsync(HostHealthMonitor.CheckInterval * 2);

        _log.FailsAt = IsSuspect;
        await AdvanceAsync(TimeSpan.FromMinutes(2));
        _log.Events.ShouldBe([CheckFailed, ChecksAgain, IsUnresponsive]);

        hosts.Update(messages.Report(HostMessages.Source, VmStatus.Up));
        await AdvanceAsync(HostHealthMonitor.CheckInterval * 2);
        _log.Events.ShouldContain(IsBack);
        await monitor.StopAsync(default);
    }

    /// <summary>Second by second, each after the monitor has armed its next timer.</summary>
    private async Task AdvanceAsync(TimeSpan by)
    {
        for (var seconds = 0; seconds < by.TotalSeconds; seconds++)
        {
            await Eventually.HoldsAsync(() => _time.PendingTimers > 0, "the monitor waits for its next check");
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        await Eventually.HoldsAsync(() => _time.PendingTimers > 0, "the last check has run");
    }

    /// <summary>Records event IDs, and fails at the first event of one kind.</summary>
    private sealed class EventLog : ILogger<HostHealthMonitor>
    {
        private readonly ConcurrentQueue<int> _events = [];

        public IReadOnlyList<int> Events => [.. _events];

        public int? FailsAt { get; set; }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Id == FailsAt)
            {
                FailsAt = null;
                throw new IOException("the log cannot be written");
            }

            _events.Enqueue(eventId.Id);
        }
    }
}
