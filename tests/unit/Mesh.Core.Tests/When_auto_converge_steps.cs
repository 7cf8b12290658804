using Mesh.Contracts.Values;
using Mesh.Hypervisor;

namespace Mesh.Core.Tests;

public sealed class When_auto_converge_steps
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(2, 20)]
    [InlineData(3, 20)]
    [InlineData(4, 30)]
    [InlineData(16, 90)]
    [InlineData(18, 99)]
    [InlineData(long.MaxValue / 100, 99)]
    public void Every_second_overrun_pass_is_a_step_up_to_the_maximum(long overruns, int percent) =>
        QemuAutoConverge.ThrottleAfter(overruns).ShouldBe(percent);

    [Fact]
    public void A_migration_can_set_other_steps() =>
        new long[] { 1, 2, 4, 6 }.Select(overruns => QemuAutoConverge.ThrottleAfter(overruns, initial: 40, increment: 30)).ShouldBe([0, 40, 70, 99]);

    /// <summary>The agent takes the steps one by one, the policy computes them from the passes.</summary>
    [Fact]
    public void Steps_taken_one_by_one_and_steps_computed_from_the_passes_are_equal()
    {
        Percent? throttle = null;
        for (var step = 1; step <= 12; step++)
        {
            throttle = QemuAutoConverge.NextStep(throttle);
            QemuAutoConverge.ThrottleAfter(step * QemuAutoConverge.OverrunsPerStep).ShouldBe(throttle.Value.Value);
        }
    }

    [Theory]
    [InlineData(51, 100, true)]
    [InlineData(50, 100, false)]
    [InlineData(2, 3, true)]
    [InlineData(1, 3, false)]
    public void A_pass_that_dirties_more_than_half_of_what_it_sends_is_an_overrun(long dirtied, long sent, bool isOverrun) =>
        QemuAutoConverge.IsOverrun(dirtied, sent).ShouldBe(isOverrun);
}
