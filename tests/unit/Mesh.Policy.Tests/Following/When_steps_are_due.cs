using Mesh.Contracts.Policies;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Policy.Model;
using Mesh.Policy.Traces;

namespace Mesh.Policy.Tests.Following;

public sealed class When_steps_are_due
{
    [Fact]
    public void Should_take_one_step_per_sample_when_more_passes_have_started_than_it_requires()
    {
        var policy = Given.Policy.With(
            new(new() { IterationsOver = 1 }, Given.Downtime(150)), new(new() { IterationsOver = 2 }, Given.Downtime(200)), new(new() { IterationsOver = 0 }, Given.Abort));

        new PlanDriver(policy).ObservePasses(1, 9).Done.ShouldBe(["30 SetDowntime 150", "40 SetDowntime 200", "50 Abort"]);
        new PlanDriver(policy).Observe(Given.Sample(1, 7), Given.Sample(2, 8), Given.Sample(3, 40), Given.Sample(4, 41), Given.Sample(5, 42)).Done
            .ShouldBe(["3 SetDowntime 150", "4 SetDowntime 200", "5 Abort"]);
    }

    [Fact]
    public void Should_wait_for_a_new_pass_even_if_enough_have_started()
    {
        var policy = Given.Policy.With(new(new() { IterationsOver = 1 }, Given.Downtime(150)), new(new() { IterationsOver = 0 }, Given.Abort));
        new PlanDriver(policy).Observe(Given.Sample(1, 1), Given.Sample(2, 5), Given.Sample(3, 5), Given.Sample(4, 5), Given.Sample(5, 6)).Done
            .ShouldBe(["2 SetDowntime 150", "5 Abort"]);
    }

    [Fact]
    public void Should_do_nothing_when_no_step_is_left() =>
        new PlanDriver(Given.Policy.With(new PolicyStep(new() { IterationsOver = 0 }, Given.Downtime(150)))).ObservePasses(1, 30).Done.ShouldBe(["20 SetDowntime 150"]);

    [Fact]
    public void Should_set_the_same_again_unless_it_catches_up()
    {
        var policy = Given.Policy.With(
            new(new() { Elapsed = Given.Seconds(1) }, Given.Downtime(150)), new(new() { Elapsed = Given.Seconds(2) }, Given.Downtime(150)),
            new(new() { Elapsed = Given.Seconds(3) }, Given.Downtime(200)));

        new PlanDriver(policy).ObserveAt(1, 2, 3, 4, 5).Done.ShouldBe(["2 SetDowntime 150", "3 SetDowntime 150", "4 SetDowntime 200"]);
        new PlanDriver(policy with { CatchUp = true }).ObserveAt(1, 2, 3, 4, 5).Done.ShouldBe(["2 SetDowntime 150", "4 SetDowntime 200"]);
    }

    [Fact]
    public void Should_take_only_the_last_step_when_it_catches_up()
    {
        var policy = Given.Policy.With(
            new(new() { Elapsed = Given.Seconds(1) }, Given.Downtime(100)), new(new() { Elapsed = Given.Seconds(2) }, Given.Downtime(150)),
            new(new() { Elapsed = Given.Seconds(9) }, Given.Downtime(200)));

        new PlanDriver(policy with { CatchUp = true }).ObserveAt(0, 5, 6, 10).Done.ShouldBe(["5 SetDowntime 150", "10 SetDowntime 200"]);
        new PlanDriver(policy).ObserveAt(0, 5, 6, 10).Done.ShouldBe(["5 SetDowntime 100", "6 SetDowntime 150", "10 SetDowntime 200"]);
    }

    [Fact]
    public void Should_set_the_initial_value_at_the_first_step_as_Nova_does() =>
        new PlanDriver(Given.Policy.With(new PolicyStep(new() { Elapsed = TimeSpan.Zero }, Given.Downtime(50))) with { CatchUp = true, Start = new() { MaxDowntime = Given.Seconds(0.05) } })
            .ObserveAt(0, 0.5, 1).Done.ShouldBe(["0.5 SetDowntime 50"]);

    [Theory]
    [InlineData(10, false)]
    [InlineData(10.001, true)]
    [InlineData(10.0000001, true)]
    public void Should_take_a_step_by_time_only_after_that_time(double at, bool isDue) =>
        new PlanDriver(Given.Policy.With(new PolicyStep(new() { Elapsed = Given.Seconds(10) }, Given.Abort))).ObserveAt(0, at).Actions.Count.ShouldBe(isDue ? 1 : 0);

    [Fact]
    public void Should_require_every_condition_of_a_step()
    {
        var policy = Given.Policy.With(new PolicyStep(new() { Elapsed = Given.Seconds(25), IterationsOver = 0 }, Given.Abort));
        new PlanDriver(policy).Observe(Given.Sample(10, 1), Given.Sample(20, 2), Given.Sample(30, 2), Given.Sample(40, 3)).Done.ShouldBe(["40 Abort"]);
    }

    [Fact]
    public void Should_count_passes_without_a_new_low_at_their_start()
    {
        var policy = Given.Policy.With(new PolicyStep(new() { IterationsWithoutProgress = 2 }, Given.Abort));
        new PlanDriver(policy).Observe(
            Given.Sample(1, 1, 900), Given.Sample(2, 2, 800), Given.Sample(3, 3, 800), Given.Sample(4, 4, 700), Given.Sample(5, 5, 710),
            Given.Sample(6, 5, 100), Given.Sample(7, 6, 705), Given.Sample(8, 7, 700)).Done.ShouldBe(["8 Abort"]);
    }

    [Fact]
    public void Should_count_the_time_since_the_last_new_low()
    {
        var policy = Given.Policy.With(new PolicyStep(new() { WithoutProgress = Given.Seconds(5) }, Given.Abort));
        new PlanDriver(policy).Observe(
            Given.Sample(1, remaining: 900), Given.Sample(3, remaining: 800), Given.Sample(5, remaining: 850), Given.Sample(7, remaining: 810),
            Given.Sample(8, remaining: 800), Given.Sample(8.1, remaining: 801)).Done.ShouldBe(["8.1 Abort"]);
    }

    [Fact]
    public void Should_find_a_local_minimum_only_at_the_start_of_a_pass()
    {
        var policy = Given.Policy.With(new PolicyStep(new() { LocalMinimum = new Percent(10), Elapsed = Given.Seconds(3) }, Given.Abort));
        new PlanDriver(policy).Observe(
            Given.Sample(1, 1, 2000), Given.Sample(2, 2, 500), Given.Sample(3, 2, 10), Given.Sample(4, 3, 551), Given.Sample(5, 3, 10), Given.Sample(6, 4, 550))
            .Done.ShouldBe(["6 Abort"]);
    }

    [Fact]
    public void Should_predict_the_downtime_from_what_remains_and_the_smoothed_rate()
    {
        var atMost = Given.Policy.With(new PolicyStep(new() { PredictedDowntimeAtMost = Given.Seconds(2) }, Given.Abort));
        var over = Given.Policy.With(new PolicyStep(new() { PredictedDowntimeOver = Given.Seconds(2) }, Given.Abort));
        TraceSample[] samples = [Given.Sample(1, remaining: 200, bandwidth: 0), Given.Sample(2, remaining: 201), Given.Sample(3, remaining: 200), Given.Sample(4, remaining: 205)];

        new PlanDriver(atMost).Observe(samples).Done.ShouldBe(["3 Abort"]);
        new PlanDriver(over).Observe([.. samples.Where(sample => sample.Copy.Elapsed != Given.Seconds(2))]).Done.ShouldBe(["4 Abort"]);
    }

    [Fact]
    public void Should_repeat_a_step_in_addition_to_those_taken_once()
    {
        var policy = Given.Policy.With(
            new(new() { GrowthsOver = 1 }, new() { Kind = PolicyActionKind.SetDowntime, DowntimeFactor = 2 }, Repeat: true),
            new(new() { Elapsed = Given.Seconds(3) }, Given.Action(PolicyActionKind.Throttle)));

        new PlanDriver(policy).Observe([.. Enumerable.Range(1, 8).Select(second => Given.Sample(second, remaining: 100 * second))]).Done
            .ShouldBe(["3 SetDowntime 600", "4 Throttle 40", "5 SetDowntime 1200", "7 SetDowntime 2400"]);
    }

    [Fact]
    public void Should_count_growth_only_while_data_flows()
    {
        var policy = Given.Policy.With(new PolicyStep(new() { GrowthsOver = 1 }, Given.Downtime(500), Repeat: true));
        new PlanDriver(policy).Observe(
            Given.Sample(1, remaining: 10, processed: 0), Given.Sample(2, remaining: 20, processed: 0), Given.Sample(3, remaining: 30, processed: 0),
            Given.Sample(4, remaining: 5, processed: 1), Given.Sample(5, remaining: 6, processed: 2), Given.Sample(6, remaining: 6, processed: 3),
            Given.Sample(7, remaining: 0, processed: 4), Given.Sample(8, remaining: 7, processed: 5), Given.Sample(9, remaining: 0, processed: 6)).Done
            .ShouldBe(["7 SetDowntime 500"]);
    }

    [Fact]
    public void Should_multiply_the_downtime_up_to_its_maximum_and_then_do_nothing()
    {
        var policy = Given.Policy.With(
            new PolicyStep(new() { GrowthsOver = 0 }, new() { Kind = PolicyActionKind.SetDowntime, DowntimeFactor = 1.5, DowntimeMax = Given.Seconds(0.4) }, Repeat: true));
        TraceSample[] growing = [.. Enumerable.Range(1, 6).Select(second => Given.Sample(second, remaining: 100 * second))];

        new PlanDriver(policy with { Start = new() { MaxDowntime = Given.Seconds(0.101) } }).Observe(growing).Done
            .ShouldBe(["2 SetDowntime 151", "3 SetDowntime 226", "4 SetDowntime 339", "5 SetDowntime 400"]);
        new PlanDriver(policy).Observe(growing).Done.ShouldBe(["2 SetDowntime 400"]);
    }

    [Fact]
    public void Should_multiply_what_an_operator_has_set() =>
        new PlanDriver(Given.Policy.With(new PolicyStep(new() { IterationsOver = 0 }, new() { Kind = PolicyActionKind.SetDowntime, DowntimeFactor = 3 })))
            .ObservePasses(1, 1).SetParameters(tuning => tuning with { MaxDowntime = Given.Seconds(1) }).ObservePasses(2, 3).Done.ShouldBe(["20 SetDowntime 3000"]);

    [Theory]
    [InlineData(PolicyActionKind.Throttle)]
    [InlineData(PolicyActionKind.PostCopy)]
    [InlineData(PolicyActionKind.Suspend)]
    public void Should_skip_a_step_that_is_not_permitted_as_if_the_host_had_refused_it(PolicyActionKind kind)
    {
        PolicyStep[] steps = [new(new() { IterationsOver = 1 }, Given.Action(kind)), new(new() { IterationsOver = 0 }, Given.Abort)];
        var permitted = new PlanDriver(Given.Policy.With(steps)).ObservePasses(1, 3);
        permitted.Actions.ShouldHaveSingleItem().Kind.ShouldBe(kind);
        permitted.Refuse(kind).ObservePasses(4, 4).Actions[^1].Kind.ShouldBe(PolicyActionKind.Abort);

        new PlanDriver((Given.Policy with { Permits = new() }).With(steps)).ObservePasses(1, 5).Done.ShouldBe(["40 Abort"]);
        new PlanDriver(Given.Policy.With(steps), Given.Subject with { Allow = new() }).ObservePasses(1, 5).Done.ShouldBe(["40 Abort"]);
    }

    [Fact]
    public void Should_not_switch_to_post_copy_that_was_not_armed() =>
        new PlanDriver(Given.Policy.With(new PolicyStep(new() { IterationsOver = 0 }, Given.Action(PolicyActionKind.PostCopy))), Given.Subject with { IsPostCopyArmed = false })
            .ObservePasses(1, 5).Done.ShouldBeEmpty();

    [Fact]
    public void Should_take_no_step_while_post_copy_is_requested()
    {
        var policy = Given.Policy.With(new(new() { IterationsOver = 0 }, Given.Action(PolicyActionKind.PostCopy)), new(new() { IterationsOver = 0 }, Given.Abort));
        new PlanDriver(policy).ObservePasses(1, 9).Done.ShouldBe(["20 PostCopy"]);
    }

    [Fact]
    public void Should_not_suspend_a_paused_VM()
    {
        var policy = Given.Policy.With(new PolicyStep(new() { IterationsOver = 0 }, Given.Action(PolicyActionKind.Suspend)));
        new PlanDriver(policy).Observe(Given.Sample(1, 1), Given.Sample(2, 2, phase: JobPhase.SwitchOver)).Done.ShouldBeEmpty();
        new PlanDriver(policy).ObservePasses(1, 1).SetParameters(tuning => tuning with { IsSuspended = true }).ObservePasses(2, 3).Done.ShouldBeEmpty();
    }

    [Fact]
    public void Should_set_the_bandwidth_and_the_throttle_of_a_step()
    {
        var policy = Given.Policy.With(
            new(new() { IterationsOver = 0 }, Given.Action(PolicyActionKind.SetBandwidth)), new(new() { IterationsOver = 0 }, Given.Action(PolicyActionKind.Throttle)),
            new(new() { IterationsOver = 0 }, new() { Kind = PolicyActionKind.SetBandwidth }));
        var plan = new PlanDriver(policy).ObservePasses(1, 3);
        plan.Done.ShouldBe(["20 SetBandwidth 100", "30 Throttle 40"]);
        plan.Plan.Tuning.ShouldBe(new TuningParameters { Bandwidth = BytesPerSecond.FromMebibytes(100), Throttle = new Percent(40) });
        plan.ObservePasses(4, 4).Plan.Tuning.Bandwidth.ShouldBeNull("a limit can be removed");
    }
}
