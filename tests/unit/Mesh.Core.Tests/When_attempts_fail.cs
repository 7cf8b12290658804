using FsCheck;
using FsCheck.Fluent;

namespace Mesh.Core.Tests;

public sealed class When_attempts_fail
{
    [Theory]
    [InlineData(1, 5)]
    [InlineData(2, 10)]
    [InlineData(3, 20)]
    [InlineData(4, 40)]
    [InlineData(5, 60)]
    [InlineData(6, 60)]
    [InlineData(int.MaxValue, 60)]
    [InlineData(0, 5)]
    [InlineData(-1, 5)]
    [InlineData(int.MinValue, 5)]
    public void The_delay_doubles_up_to_the_maximum(int failures, int seconds) =>
        new ExponentialBackoff(Seconds(5), Seconds(60)).DelayFor(failures).ShouldBe(Seconds(seconds));

    [Theory]
    [InlineData(90, 60, 60)]
    [InlineData(-1, 60, 0)]
    [InlineData(0, 60, 0)]
    [InlineData(5, 0, 0)]
    [InlineData(5, -1, 0)]
    public void The_delay_is_between_zero_and_the_maximum(int initial, int max, int expected)
    {
        var backoff = new ExponentialBackoff(Seconds(initial), Seconds(max));

        foreach (var failures in new[] { 1, 2, 30, 1000 })
            backoff.DelayFor(failures).ShouldBe(Seconds(expected));
    }

    [Fact]
    public void No_delay_overflows() =>
        Check.QuickThrowOnFailure(Prop.ForAll<long, long, int>((initial, max, failures) =>
        {
            var backoff = new ExponentialBackoff(TimeSpan.FromTicks(initial), TimeSpan.FromTicks(max));
            var exact = Math.Max(0, initial) * Math.Pow(2, Math.Max(failures, 1) - 1);
            var delay = backoff.DelayFor(failures).Ticks;
            return exact > Math.Max(0, max) ? delay == Math.Max(0, max) : Math.Abs(delay - exact) <= exact * 1e-9;
        }));

    [Fact]
    public void The_maximum_can_be_the_longest_TimeSpan()
    {
        var backoff = new ExponentialBackoff(TimeSpan.FromTicks(1), TimeSpan.MaxValue);

        backoff.DelayFor(63).ShouldBe(TimeSpan.FromTicks(1L << 62));
        backoff.DelayFor(64).ShouldBe(TimeSpan.FromTicks(1L << 62));
        new ExponentialBackoff(TimeSpan.FromSeconds(1), TimeSpan.MaxValue).DelayFor(100).ShouldBe(TimeSpan.MaxValue);
    }

    [Fact]
    public void A_counter_restarts_after_a_success()
    {
        var counter = new BackoffCounter(Seconds(1), Seconds(3));

        new[] { counter.NextDelay(), counter.NextDelay(), counter.NextDelay() }.ShouldBe([Seconds(1), Seconds(2), Seconds(3)]);
        counter.Failures.ShouldBe(3);
        counter.Reset();
        counter.Failures.ShouldBe(0);
        counter.NextDelay().ShouldBe(Seconds(1));
    }

    private static TimeSpan Seconds(int seconds) => TimeSpan.FromSeconds(seconds);
}
