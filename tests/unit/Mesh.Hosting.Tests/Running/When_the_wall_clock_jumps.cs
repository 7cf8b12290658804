using Mesh.Hosting.Clocks;
using Mesh.Hosting.Tests.Doubles;
using Mesh.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mesh.Hosting.Tests.Running;

public sealed class When_the_wall_clock_jumps
{
    private readonly ManualTimeProvider _time = new();
    private readonly ListLogger _log = new();

    [Theory]
    [InlineData(3600)]
    [InlineData(-3600)]
    public void The_time_of_the_process_is_unaffected(int seconds)
    {
        var clock = new SettableClock(_time);
        var time = new MonotonicTimeProvider(clock);
        var (start, timestamp) = (time.GetUtcNow(), time.GetTimestamp());

        clock.Jump = TimeSpan.FromSeconds(seconds);
        time.GetUtcNow().ShouldBe(start);
        _time.Advance(TimeSpan.FromSeconds(7));

        time.GetUtcNow().ShouldBe(start.AddSeconds(7));
        time.GetElapsedTime(timestamp).ShouldBe(TimeSpan.FromSeconds(7));
        time.WallClockOffset.ShouldBe(TimeSpan.FromSeconds(seconds));
    }

    [Fact]
    public async Task A_delay_is_neither_shorter_nor_longer()
    {
        var clock = new SettableClock(_time);
        var waiting = Task.Delay(TimeSpan.FromSeconds(10), new MonotonicTimeProvider(clock));

        clock.Jump = TimeSpan.FromHours(1);
        _time.Advance(TimeSpan.FromSeconds(9));
        waiting.IsCompleted.ShouldBeFalse();
        clock.Jump = TimeSpan.FromHours(-1);
        _time.Advance(TimeSpan.FromSeconds(1));

        await waiting;
    }

    [Fact]
    public async Task Each_jump_is_logged_once_and_also_the_return()
    {
        var clock = new SettableClock(_time);
        using var host = await WatchedAsync(new MonotonicTimeProvider(clock));

        await CheckAsync();
        _log.Lines.ShouldBeEmpty();
        clock.Jump = ClockDriftMonitor.MaxDrift;
        await CheckAsync();
        _log.Lines.ShouldBeEmpty();

        clock.Jump = TimeSpan.FromSeconds(-90);
        await CheckAsync(5);
        _log.Lines.ShouldHaveSingleItem().ShouldStartWith("120 The wall clock has jumped: it is -90 s ahead");

        clock.Jump = TimeSpan.Zero;
        await CheckAsync(5);
        _log.Lines.Count.ShouldBe(2);
        _log.Lines[1].ShouldStartWith("121 ");
        await host.StopAsync();
    }

    [Fact]
    public void The_time_is_monotonic_unless_another_provider_is_registered()
    {
        using var standard = new ServiceCollection().AddLogging().AddMonotonicTime().AddMonotonicTime().BuildServiceProvider();
        using var custom = new ServiceCollection().AddLogging().AddSingleton<TimeProvider>(_time).AddMonotonicTime().BuildServiceProvider();

        standard.GetRequiredService<TimeProvider>().ShouldBe(MonotonicTimeProvider.ForProcess);
        standard.GetServices<IHostedService>().ShouldHaveSingleItem();
        custom.GetRequiredService<TimeProvider>().ShouldBe(_time);
    }

    /// <summary>Lets the monitor check a number of times, and waits until it has.</summary>
    private async Task CheckAsync(int times = 1)
    {
        await ArmedAsync();
        for (var time = 0; time < times; time++)
        {
            _time.Advance(ClockDriftMonitor.CheckInterval);
            await ArmedAsync();
        }
    }

    private Task ArmedAsync() => Eventually.HoldsAsync(() => _time.PendingTimers == 1);

    private async Task<IHost> WatchedAsync(MonotonicTimeProvider time)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.AddProvider(_log);
        builder.Services.AddSingleton<TimeProvider>(time).AddMonotonicTime();
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    /// <summary>A wall clock that can be set independently of the timestamps; FakeTimeProvider's timestamps jump with its clock.</summary>
    private sealed class SettableClock(ManualTimeProvider time) : TimeProvider
    {
        public TimeSpan Jump { get; set; }

        public override long TimestampFrequency => time.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => time.GetUtcNow() + Jump;

        public override long GetTimestamp() => time.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            time.CreateTimer(callback, state, dueTime, period);
    }
}
