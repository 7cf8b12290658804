using Mesh.Agent.Jobs;

namespace Mesh.Agent.Tests.Jobs;

public sealed class DowntimeStepsTests
{
    [Fact]
    public void Five_steps_to_500_ms_are_those_of_VDSM() =>
        DowntimeSteps.For(TimeSpan.FromMilliseconds(500)).Select(step => step.TotalMilliseconds).ShouldBe([101, 104, 120, 189, 500]);

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(300)]
    [InlineData(5_000)]
    [InlineData(2_000_000)]
    public void They_rise_to_the_maximum_and_never_above(int maxMs)
    {
        var steps = DowntimeSteps.For(TimeSpan.FromMilliseconds(maxMs));

        steps.ShouldBeInOrder();
        steps[0].ShouldBeGreaterThan(TimeSpan.Zero);
        steps[^1].TotalMilliseconds.ShouldBe(maxMs);
        steps.ShouldAllBe(step => step.TotalMilliseconds <= maxMs);
    }

    [Theory]
    [InlineData(0, 101)]
    [InlineData(1, 101)]
    [InlineData(2, 104)]
    [InlineData(5, 500)]
    [InlineData(900, 500)]
    public void Each_pass_takes_one_step(long passes, int ms) =>
        DowntimeSteps.At(TimeSpan.FromMilliseconds(500), passes).TotalMilliseconds.ShouldBe(ms);
}
