using Mesh.Core;
using Mesh.Hosting.Background;
using Mesh.Hosting.Errors;
using Mesh.Hosting.Tests.Doubles;
using Mesh.Testing;

namespace Mesh.Hosting.Tests.Background;

public sealed class When_a_background_loop_fails : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly ListLogger _log = new();
    private readonly TestLoop _loop;

    public When_a_background_loop_fails() => _loop = new TestLoop(_time, _log);

    [Fact]
    public async Task It_continues_with_growing_delays_and_logs_each_streak_of_failures_and_its_end_once()
    {
        _loop.Fail = round => round is 1 or 2 or 3 or 5 ? new InvalidOperationException("broken") : null;
        await _loop.StartAsync(CancellationToken.None);

        await RoundsAsync(1);
        await AdvanceAsync(1, 2);
        await AdvanceAsync(2, 3);
        await AdvanceAsync(4, 4);
        await AdvanceAsync(60, 5);
        await AdvanceAsync(1, 6);

        _log.Lines.Where(line => !line.StartsWith("142 ", StringComparison.Ordinal)).ShouldBe(
        [
            "141 Test failed; retrying in 1 s", "143 Test resumed after 3 failed attempts",
            "141 Test failed; retrying in 1 s", "143 Test resumed after 1 failed attempts",
        ]);
    }

    [Fact]
    public async Task A_failure_of_another_component_is_logged_in_one_line()
    {
        _loop.Fail = round => round == 1 ? new StoreUnavailableException("the disk is full") : null;
        await _loop.StartAsync(CancellationToken.None);
        await RoundsAsync(1);

        await AdvanceAsync(1, 2);

        _log.Lines.ShouldBe(["140 Test paused: the disk is full; retrying in 1 s", "143 Test resumed after 1 failed attempts"]);
    }

    [Fact]
    public async Task Stopping_ends_it_while_it_waits_to_retry()
    {
        _loop.Fail = _ => new InvalidOperationException("broken");
        await _loop.StartAsync(CancellationToken.None);
        await RoundsAsync(1);

        await _loop.StopAsync(CancellationToken.None);

        _time.Advance(TimeSpan.FromHours(1));
        _loop.Rounds.ShouldBe(1);
    }

    [Fact]
    public async Task Stopping_waits_for_a_round_no_longer_than_its_caller()
    {
        var stuck = new TaskCompletionSource();
        _loop.Before = _ => stuck.Task;
        await _loop.StartAsync(CancellationToken.None);
        await RoundsAsync(1);
        using var giveUp = new CancellationTokenSource();

        var stop = _loop.StopAsync(giveUp.Token);
        stop.IsCompleted.ShouldBeFalse();
        await giveUp.CancelAsync();

        await stop.WaitAsync(TimeSpan.FromSeconds(30));
        stuck.SetResult();
    }

    public void Dispose() => _loop.Dispose();

    private async Task AdvanceAsync(int seconds, int round)
    {
        await Eventually.HoldsAsync(() => _time.PendingTimers == 1);
        _time.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromTicks(1));
        _loop.Rounds.ShouldBe(round - 1);
        _time.Advance(TimeSpan.FromTicks(1));
        await RoundsAsync(round);
    }

    private async Task RoundsAsync(int round)
    {
        await Eventually.HoldsAsync(() => _loop.Rounds == round);
        if (_loop.Before is null)
            await Eventually.HoldsAsync(() => _time.PendingTimers == 1);
    }

    private sealed class TestLoop(ManualTimeProvider time, ListLogger log)
        : BackgroundLoop("Test", new ExponentialBackoff(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30)), time, log)
    {
        public int Rounds { get; private set; }

        public Func<int, Exception?> Fail { get; set; } = _ => null;

        public Func<int, Task>? Before { get; set; }

        protected override async Task<TimeSpan> RunOnceAsync(CancellationToken stopping)
        {
            Rounds++;
            if (Before is { } before)
                await before(Rounds);
            return Fail(Rounds) is { } failure ? throw failure : TimeSpan.FromSeconds(60);
        }
    }
}
