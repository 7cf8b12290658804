using Mesh.Hosting.Clocks;
using Mesh.Hosting.Tests.Doubles;
using Mesh.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mesh.Hosting.Tests.Running;

public sealed class When_the_wall_clock_jumps
{
    private readonly ManualTimeProvider _passing = new();
    private readonly ListLogger _log = new();

    [Theory]
    [InlineData(3600)]
    [InlineData(-3600)]
    public void The_time_of_the_process_goes_on_as_if_nothing_had_happened(int seconds)
    {
        var clock = new SettableClock(_passing);
        var time = new MonotonicTimeProvider(clock);
        var (start, timestamp) = (time.GetUtcNow(), time.GetTimestamp());

        clock.Jump = TimeSpan.FromSeconds(seconds);
        time.GetUtcNow().ShouldBe(start);
        _passing.Advance(TimeSpan.FromSeconds(7));

        time.GetUtcNow().ShouldBe(start.AddSeconds(7));
        time.GetElapsedTime(timestamp).ShouldBe(TimeSpan.FromSeconds(7));
        time.WallClockOffset.ShouldBe(TimeSpan.FromSeconds(seconds));
    }

    [Fact]
    public async Task A_wait_is_neither_shorter_nor_longer()
    {
        var clock = new SettableClock(_passing);
        var waiting = Task.Delay(TimeSpan.FromSeconds(10), new MonotonicTimeProvider(clock));

        clock.Jump = TimeSpan.FromHours(1);
        _passing.Advance(TimeSpan.FromSeconds(9));
        waiting.IsCompleted.ShouldBeFalse();
        clock.Jump = TimeSpan.FromHours(-1);
        _passing.Advance(TimeSpan.FromSeconds(1));

        await waiting;
    }

    [Fact]
    public async Task It_is_told_once_for_each_jump_and_when_it_is_back()
    {
        var clock = new SettableClock(_passing);
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
    public void The_time_is_steady_unless_somebody_has_brought_another()
    {
        using var usual = new ServiceCollection().AddLogging().AddMonotonicTime().AddMonotonicTime().BuildServiceProvider();
        using var tested = new ServiceCollection().AddLogging().AddSingleton<TimeProvider>(_passing).AddMonotonicTime().BuildServiceProvider();

        usual.GetRequiredService<TimeProvider>().ShouldBe(MonotonicTimeProvider.ForProcess);
        usual.GetServices<IHostedService>().ShouldHaveSingleItem();
        tested.GetRequiredService<TimeProvider>().ShouldBe(_passing);
    }

    /// <summary>Lets the monitor check so many times, and waits until it has.</summary>
    private async Task CheckAsync(int times = 1)
    {
        await ArmedAsync();
        for (var time = 0; time < times; time++)
        {
            _passing.Advance(ClockDriftMonitor.CheckInterval);
            await ArmedAsync();
        }
    }

    private Task ArmedAsync() => Eventually.HoldsAsync(() => _passing.PendingTimers == 1);

    private async Task<IHost> WatchedAsync(MonotonicTimeProvider time)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.AddProvider(_log);
        builder.Services.AddSingleton<TimeProvider>(time).AddMonotonicTime();
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    /// <summary>A wall clock that somebody sets, beside one that only runs; when FakeTimeProvider's is set, its time stamps jump along.</summary>
    private sealed class SettableClock(ManualTimeProvider passing) : TimeProvider
    {
        public TimeSpan Jump { get; set; }

        public override long TimestampFrequency => passing.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => passing.GetUtcNow() + Jump;

        public override long GetTimestamp() => passing.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            passing.CreateTimer(callback, state, dueTime, period);
    }
}
