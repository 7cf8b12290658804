using Mesh.Agent.Jobs;

namespace Mesh.Agent.Tests.Jobs;

public sealed class DowntimeStepsTests
{
    [Fact]
    public void Five_steps_to_500_ms_are_those_of_VDSM() =>
        DowntimeSteps.Compute(TimeSpan.FromMilliseconds(500)).Select(step => step.TotalMilliseconds).ShouldBe([101, 104, 120, 189, 500]);

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(300)]
    [InlineData(5_000)]
    [InlineData(2_000_000)]
    public void They_rise_to_the_maximum_and_never_above(int maxMs)
    {
        var steps = DowntimeSteps.Compute(TimeSpan.FromMilliseconds(maxMs));

        steps.ShouldBeInOrder();
        steps[0].ShouldBeGreaterThan(TimeSpan.Zero);
        steps[^1].TotalMilliseconds.ShouldBe(maxMs);
        steps.ShouldAllBe(step => step.TotalMilliseconds <= maxMs);
    }

    [Fact]
    public void A_step_is_taken_as_in_VDSM_at_the_pass_after_its_limit()
    {
        var (taken, reported) = (0, new List<(long Pass, double Ms)>());
        for (var pass = 0L; pass < 60; pass++)
        {
            if (!DowntimeSteps.IsNextDue(taken, pass))
                continue;
            taken++;
            reported.Add((pass, DowntimeSteps.LimitAt(TimeSpan.FromMilliseconds(500), taken).TotalMilliseconds));
        }

        reported.ShouldBe([(2, 104), (3, 120), (4, 189), (5, 500)]);
    }

    [Fact]
    public void Unsampled_passes_cause_no_extra_steps() => DowntimeSteps.IsNextDue(1, 2).ShouldBeFalse();
}
