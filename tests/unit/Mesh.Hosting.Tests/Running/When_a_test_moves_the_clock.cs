using Mesh.Testing;

namespace Mesh.Hosting.Tests.Running;

public sealed class When_a_test_moves_the_clock
{
    private readonly ManualTimeProvider _time = new();

    private readonly List<(string Name, double Seconds)> _fired = [];

    [Fact]
    public void Timers_fire_one_after_the_other_and_each_sees_its_own_time()
    {
        var start = _time.GetUtcNow();
        using var periodic = Timer("periodic", 2, 2);
        ITimer? again = null;
        again = _time.CreateTimer(
            _ =>
            {
                Record("again");
                again!.Change(TimeSpan.FromSeconds(1.5), Timeout.InfiniteTimeSpan);
            },
            null,
            TimeSpan.FromSeconds(1),
            Timeout.InfiniteTimeSpan);
        using var last = again;

        _time.Advance(TimeSpan.FromSeconds(5));

        _fired.ShouldBe([("again", 1), ("periodic", 2), ("again", 2.5), ("again", 4), ("periodic", 4)], ignoreOrder: true);
        _fired.Select(timer => timer.Seconds).ShouldBeInOrder();
        (_time.GetUtcNow() - start).ShouldBe(TimeSpan.FromSeconds(5));
        _time.PendingTimers.ShouldBe(2);

        ITimer Timer(string name, double due, double period) =>
            _time.CreateTimer(_ => Record(name), null, TimeSpan.FromSeconds(due), TimeSpan.FromSeconds(period));

        void Record(string name) => _fired.Add((name, (_time.GetUtcNow() - start).TotalSeconds));
    }

    [Fact]
    public async Task Timers_are_counted_until_they_fire_or_are_cancelled()
    {
        using var cancelled = new CancellationTokenSource();
        var completed = Task.Delay(TimeSpan.FromSeconds(1), _time);
        var waiting = Task.Delay(TimeSpan.FromSeconds(1), _time, cancelled.Token);
        _time.PendingTimers.ShouldBe(2);

        await cancelled.CancelAsync();
        _time.PendingTimers.ShouldBe(1);
        _time.Advance(TimeSpan.FromSeconds(0.9));
        completed.IsCompleted.ShouldBeFalse();
        _time.Advance(TimeSpan.FromSeconds(0.1));

        await completed;
        await Should.ThrowAsync<OperationCanceledException>(waiting);
        _time.PendingTimers.ShouldBe(0);
    }
}
