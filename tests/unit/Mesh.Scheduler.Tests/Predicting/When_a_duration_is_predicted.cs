using Mesh.Contracts.Hosts;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Scheduler.Predicting;

namespace Mesh.Scheduler.Tests.Predicting;

public sealed class When_a_duration_is_predicted
{
    [Theory]
    [InlineData(0, 100, 50, 0)]
    [InlineData(1000, 100, 0, 10)]
    [InlineData(20, 100, 90, 0.2)] // it switches over at once
    [InlineData(1000, 100, 50, 19.84375)] // passes of 10, 5, 2.5, 1.25, 0.625, 0.3125 and 0.15625 s
    [InlineData(1000, 100, 90, 50)] // capped; the passes would take 87 s
    [InlineData(1000, 100, 100, 50)]
    [InlineData(1000, 100, 500, 50)]
    public void Should_add_up_the_passes(double data, double bandwidth, double dirty, double seconds) =>
        MigrationPrediction.PreCopyDuration(Bytes.FromMebibytes(data), BytesPerSecond.FromMebibytes(bandwidth), BytesPerSecond.FromMebibytes(dirty))
            .TotalSeconds.ShouldBe(seconds, 1e-6);

    [Fact]
    public void Should_agree_with_simulated_passes()
    {
        var random = new Random(3);
        for (var round = 0; round < 1000; round++)
        {
            var (data, rate, dirty) = (random.Next(1, 10_000), random.Next(1, 2000), random.Next(0, 1000));
            var (pass, seconds, left) = (0, 0.0, data / (double)rate);
            for (seconds = left; left > 0.3 && pass < 1000 && seconds < 5.0 * data / rate; pass++)
                seconds += left = left * dirty / rate;
            MigrationPrediction.PreCopyDuration(new(data * 1000L), new(rate * 1000L), new(dirty * 1000L)).TotalSeconds.ShouldBe(Math.Min(seconds, 5.0 * data / rate), 1e-4);
        }
    }

    [Fact]
    public void Should_never_exceed_what_can_be_added_to_a_date() =>
        MigrationPrediction.PreCopyDuration(new(long.MaxValue), new(1)).ShouldBeGreaterThan(TimeSpan.FromDays(1000));

    [Fact]
    public void Should_reject_a_link_without_bandwidth() =>
        Should.Throw<ArgumentOutOfRangeException>(() => MigrationPrediction.PreCopyDuration(new(1), new(0)));

    [Theory]
    [InlineData(60, 100, false)]
    [InlineData(61, 100, true)]
    [InlineData(null, 100, false)]
    public void Should_recognize_vms_that_need_a_link_to_themselves(int? dirty, int bandwidth, bool isBusy) =>
        MigrationPrediction.IsBusy(dirty is { } rate ? new BytesPerSecond(rate) : null, new(bandwidth)).ShouldBe(isBusy);

    [Fact]
    public void Should_use_the_newest_history_of_a_vm()
    {
        var (vm, at) = (new VmId(Guid.Empty), DateTimeOffset.UnixEpoch);
        var fleet = new Fleet { TakenAt = at, Hosts = [], Histories = [new(vm, new(2), new(9), at.AddDays(1)), new(vm, new(1), new(9), at)] };
        MigrationPrediction.DirtyRates(fleet)[vm].ShouldBe(new BytesPerSecond(2));
    }

    [Fact]
    public void Should_assume_a_rate_for_unknown_links()
    {
        var limits = new SchedulingLimits();
        LinkCapacity.Usable(null, limits).ShouldBe(limits.AssumedLink);
        LinkCapacity.Usable(new HostCapacity("x86_64", "", 1, new(1), new(1), new BytesPerSecond(1000)), limits).ShouldBe(new BytesPerSecond(900));
    }
}
