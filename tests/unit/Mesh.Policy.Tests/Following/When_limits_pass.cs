using Mesh.Contracts.Policies;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Policy.Traces;

namespace Mesh.Policy.Tests.Following;

public sealed class When_limits_pass
{
    private static readonly MigrationPolicy Timed =
        Given.Policy.Limited(limits => limits with { CompletionTimeout = Given.Seconds(100) }) with { LastResort = [PolicyActionKind.Abort] };

    [Theory]
    [InlineData(100, false)]
    [InlineData(100.001, true)]
    public void Should_abort_only_after_the_completion_timeout(double at, bool isDue)
    {
        var plan = new PlanDriver(Timed).ObserveAt(0, at);
        plan.Actions.Count.ShouldBe(isDue ? 1 : 0);
        plan.Actions.ShouldAllBe(action => action.IsLimit && action.Reason == "not complete after 100 s");
        plan.ObserveAt(at + 1, at + 200).Actions.Count.ShouldBe(1, "and only once");
    }

    [Theory]
    [InlineData(false, 2, new double[] { }, 75, false, 150)]
    [InlineData(false, 1.5, new double[] { }, 75, false, 112.5)]
    [InlineData(false, 1.5, new[] { 0.25, 3 }, 75, false, 356.25)]
    [InlineData(true, 1.5, new[] { 0.25, 3 }, 75, false, 375)]
    [InlineData(false, 1.5, new double[] { }, 75, true, 112)]
    public void Should_count_the_size_of_the_copied_data(bool roundUp, double memory, double[] disks, double perGiB, bool wholeSeconds, double expected) =>
        Timeout(new() { RoundUp = roundUp, WholeSeconds = wholeSeconds }, memory, disks, perGiB).ShouldBe(Given.Seconds(expected));

    [Fact]
    public void Should_count_each_part_as_at_least_the_minimum_of_the_rule()
    {
        var rule = new DataSizeRule { MemoryAtLeast = 2, DiskAtLeast = 3 };
        Timeout(rule, 0.5, [0.5, 4], 10).ShouldBe(Given.Seconds(90));
        Timeout(rule with { SumAtLeast = 12 }, 0.5, [0.5, 4], 10).ShouldBe(Given.Seconds(120));
        Timeout(new DataSizeRule { RoundUp = true, SumAtLeast = 2.5 }, 0.5, [], 10).ShouldBe(Given.Seconds(25));
    }

    [Theory]
    [InlineData(1_000_000_000, 1)]
    [InlineData(1_000_000_001, 2)]
    [InlineData(1L << 30, 2)]
    [InlineData(18_000_000_000, 18)]
    public void Should_round_up_to_other_units_as_KubeVirt_does(long bytes, int units) =>
        PolicyEngine.CompletionTimeout(
            PerGiB(new() { Unit = new Bytes(1_000_000_000), RoundUp = true }, 150), Given.Subject with { Memory = new Bytes(bytes) })
            .ShouldBe(Given.Seconds(150 * units));

    [Fact]
    public void Should_round_up_the_sum_and_not_the_parts() =>
        PolicyEngine.CompletionTimeout(
            PerGiB(new() { Unit = new Bytes(1_000_000_000), RoundUp = true }, 150),
            Given.Subject with { Memory = new Bytes(1_100_000_000), Disks = [new(2_200_000_000), new(700_000_000)] })
            .ShouldBe(Given.Seconds(600));

    [Fact]
    public void Should_not_overflow_for_absurd_sizes() =>
        PolicyEngine.CompletionTimeout(PerGiB(new(), 1e9), Given.Subject with { Memory = new Bytes(long.MaxValue) }).ShouldBe(TimeSpan.FromDays(36_500));

    [Fact]
    public void Should_apply_the_request_s_deadline_only_if_the_policy_is_adaptive()
    {
        var subject = Given.Subject with { Deadline = Given.Seconds(30) };
        PolicyEngine.CompletionTimeout(Timed, subject).ShouldBe(Given.Seconds(100));
        PolicyEngine.CompletionTimeout(Timed with { Adaptive = new() }, subject).ShouldBe(Given.Seconds(30));
        PolicyEngine.CompletionTimeout(Timed with { Adaptive = new() }, Given.Subject).ShouldBe(Given.Seconds(100));
        PolicyEngine.CompletionTimeout(Given.Policy, subject).ShouldBeNull();
    }

    [Fact]
    public void Should_take_one_last_resort_each_time_that_the_timeout_has_passed()
    {
        var policy = Timed with { LastResort = [PolicyActionKind.PostCopy, PolicyActionKind.Suspend, PolicyActionKind.Abort] };
        new PlanDriver(policy).ObserveAt(0, 100, 101, 102, 200, 201, 202, 300, 301).Done.ShouldBe(["101 PostCopy", "201 Suspend", "301 Abort"]);
        new PlanDriver(policy with { Permits = new() { Suspend = true } }).ObserveAt(0, 100, 101, 102, 200, 201, 300).Done.ShouldBe(["101 Suspend", "201 Abort"]);
        new PlanDriver(policy with { Permits = new() }).ObserveAt(0, 100, 101, 200).Done.ShouldBe(["101 Abort"]);
        new PlanDriver(policy with { LastResort = [] }).ObserveAt(0, 101, 1000).Done.ShouldBeEmpty();
    }

    [Fact]
    public void Should_take_the_next_action_when_the_host_refuses_one()
    {
        var policy = Timed with { LastResort = [PolicyActionKind.PostCopy, PolicyActionKind.Suspend, PolicyActionKind.Abort] };
        new PlanDriver(policy).ObserveAt(0, 101).Refuse(PolicyActionKind.PostCopy).ObserveAt(101.5, 102).Refuse(PolicyActionKind.Suspend).ObserveAt(103).Done
            .ShouldBe(["101 PostCopy", "101.5 Suspend", "103 Abort"]);
    }

    [Fact]
    public void Should_not_suspend_a_paused_VM()
    {
        var policy = Timed with { LastResort = [PolicyActionKind.Suspend, PolicyActionKind.Abort] };
        new PlanDriver(policy).Observe(Given.Sample(0), Given.Sample(101, phase: JobPhase.SwitchOver)).Done.ShouldBe(["101 Abort"]);
        new PlanDriver(policy).SetParameters(tuning => tuning with { IsSuspended = true }).ObserveAt(0, 101).Done.ShouldBe(["101 Abort"]);
    }

    [Fact]
    public void Should_wait_for_post_copy_that_a_step_has_requested()
    {
        var policy = Timed.With(new PolicyStep(new() { Elapsed = Given.Seconds(99) }, Given.Action(PolicyActionKind.PostCopy))) with
        {
            LastResort = [PolicyActionKind.PostCopy, PolicyActionKind.Abort],
        };
        new PlanDriver(policy).ObserveAt(0, 99.5, 101, 199, 200, 201).Done.ShouldBe(["99.5 PostCopy", "201 Abort"]);
    }

    [Fact]
    public void Should_do_nothing_else_at_a_sample_at_which_it_took_a_milder_last_resort()
    {
        var policy = Timed.With(new PolicyStep(new() { Elapsed = Given.Seconds(100) }, Given.Downtime(500))) with { LastResort = [PolicyActionKind.Suspend] };
        new PlanDriver(policy).ObserveAt(0, 101, 102).Done.ShouldBe(["101 Suspend", "102 SetDowntime 500"]);
    }

    [Fact]
    public void Should_abort_when_no_less_remains_for_longer_than_the_progress_timeout()
    {
        var policy = Given.Policy.Limited(limits => limits with { ProgressTimeout = Given.Seconds(10), Progress = ProgressMeasure.Remaining });
        new PlanDriver(policy).Observe(
            Given.Sample(5, remaining: 100), Given.Sample(15, remaining: 100), Given.Sample(15.1, remaining: 100, processed: 9999)).Done.ShouldBe(["15.1 Abort"]);
    }

    [Theory]
    [InlineData(ProgressMeasure.Remaining, "31.5 Abort")]
    [InlineData(ProgressMeasure.RemainingOrTransferred, "61.5 Abort")]
    public void Should_measure_progress_as_the_policy_does(ProgressMeasure measure, string expected)
    {
        var policy = Given.Policy.Limited(limits => limits with { ProgressTimeout = Given.Seconds(20), Progress = measure });
        var plan = new PlanDriver(policy);
        for (var at = 0.5; at < 70; at++)
            plan.Observe(Given.Sample(at, remaining: at < 11 ? 100 - at : 90, processed: Math.Min(at, 40)));
        plan.Done.ShouldBe([expected]);
        plan.Actions[0].IsLimit.ShouldBeTrue();
    }

    [Fact]
    public void Should_consider_a_sawtooth_and_an_empty_moment_progress()
    {
        var policy = Given.Policy.Limited(limits => limits with { ProgressTimeout = Given.Seconds(3), Progress = ProgressMeasure.Remaining });
        var plan = new PlanDriver(policy);
        for (var at = 0; at < 60; at++)
            plan.Observe(Given.Sample(at, remaining: at % 2 == 0 ? 500 + at : 400 + at));
        plan.Observe(Given.Sample(60, remaining: 0), Given.Sample(63, remaining: 5), Given.Sample(66, remaining: 5), Given.Sample(66.1, remaining: 5));
        plan.Done.ShouldBe(["66.1 Abort"]);
    }

    [Fact]
    public void Should_evaluate_the_milder_last_resort_before_progress_and_progress_before_the_abort()
    {
        var stuck = Timed.Limited(limits => limits with { ProgressTimeout = Given.Seconds(50) });
        TraceSample[] samples = [Given.Sample(0, processed: 1, remaining: 9), Given.Sample(101, processed: 1, remaining: 9)];

        new PlanDriver(stuck).Observe(samples).Actions.ShouldHaveSingleItem().Reason.ShouldBe("no progress for 101 s, longer than 50 s");
        new PlanDriver(stuck with { LastResort = [PolicyActionKind.Suspend] }).Observe(samples).Done.ShouldBe(["101 Suspend"]);
    }

    [Fact]
    public void Should_not_abort_a_VM_that_is_paused_for_its_final_copy()
    {
        var policy = Timed.Limited(limits => limits with { SwitchOverDeadline = Given.Seconds(30), ProgressTimeout = Given.Seconds(10) })
            .With(new PolicyStep(new() { Elapsed = Given.Seconds(120) }, Given.Abort)) with
        { LastResort = [PolicyActionKind.Suspend, PolicyActionKind.Abort] };
        var plan = new PlanDriver(policy).ObserveAt(0, 101);
        for (var at = 102; at <= 200; at++)
            plan.Observe(Given.Sample(at, remaining: 500, processed: 100, phase: JobPhase.SwitchOver));
        plan.Done.ShouldBe(["101 Suspend"], "neither progress, nor the deadline, nor a step gives up what is as good as moved");
        plan.Observe(Given.Sample(200.5, remaining: 500, processed: 100, phase: JobPhase.SwitchOver)).Done.ShouldBe(["101 Suspend", "200.5 Abort"], "the completion timeout still holds");
    }

    [Theory]
    [InlineData(JobPhase.PreCopy, true)]
    [InlineData(JobPhase.SwitchOver, false)]
    public void Should_abort_a_switchover_that_does_not_begin_in_time(JobPhase phase, bool isAborted)
    {
        var policy = Given.Policy.Limited(limits => limits with { CompletionTimeout = Given.Seconds(300), SwitchOverDeadline = Given.Seconds(30) }) with
        { StallDetector = new() { SearchLocalMinimum = false }, DowntimeBudget = Given.Seconds(1), LastResort = [PolicyActionKind.Abort], Permits = new() };
        var plan = new PlanDriver(policy).Observe(
            Given.Sample(10, 1, 900, bandwidth: 1000), Given.Sample(20, 2, 800, bandwidth: 1000), Given.Sample(60, 3, 900, bandwidth: 1000));
        plan.Done.ShouldBe(["60 SetDowntime 1000"]);
        plan.Observe(Given.Sample(90, 3, 900, phase: phase), Given.Sample(90.5, 3, 900, phase: phase));
        plan.Done.Skip(1).ShouldBe(isAborted ? ["90.5 Abort"] : []);
        if (isAborted)
            plan.Actions[^1].Reason.ShouldBe("the switchover ordered at 60 s did not begin within 30 s");
    }

    [Theory]
    [InlineData(9900, "101 Suspend")]
    [InlineData(9901, "101 Abort")]
    public void Should_suspend_only_where_the_rest_can_be_copied_before_the_abort(double remaining, string expected)
    {
        var policy = Timed with { LastResort = [PolicyActionKind.Suspend, PolicyActionKind.Abort] };
        new PlanDriver(policy).Observe(Given.Sample(0), Given.Sample(101, remaining: remaining)).Done.ShouldBe([expected], "99 s are left, at 100 MiB/s");
    }

    [Fact]
    public void Should_suspend_by_a_step_only_where_the_rest_can_be_copied_before_the_abort()
    {
        var policy = Timed.With(new PolicyStep(new() { Elapsed = Given.Seconds(50) }, Given.Action(PolicyActionKind.Suspend)));
        new PlanDriver(policy).Observe(Given.Sample(0), Given.Sample(51, remaining: 4900)).Done.ShouldBe(["51 Suspend"]);
        new PlanDriver(policy).Observe(Given.Sample(0), Given.Sample(51, remaining: 4901)).Done.ShouldBeEmpty();
        new PlanDriver(policy with { LastResort = [] }).Observe(Given.Sample(0), Given.Sample(51, remaining: 99_999)).Done.ShouldBe(["51 Suspend"], "nothing aborts it");
    }

    [Fact]
    public void Should_set_no_deadline_for_a_VM_that_an_operator_has_suspended() =>
        new PlanDriver(Given.Policy.Limited(limits => limits with { SwitchOverDeadline = Given.Seconds(30) }))
            .ObserveAt(0).SetParameters(tuning => tuning with { IsSuspended = true }).Observe(Given.Sample(1, phase: JobPhase.SwitchOver), Given.Sample(500, phase: JobPhase.SwitchOver)).Done.ShouldBeEmpty();

    [Fact]
    public void Should_check_limits_at_evaluated_samples_if_the_policy_has_an_interval() =>
        new PlanDriver(Timed with { Interval = Given.Seconds(10) }).ObserveAt(0, 10, 95, 101, 104, 105, 106).Done.ShouldBe(["105 Abort"]);

    private static MigrationPolicy PerGiB(DataSizeRule rule, double seconds) =>
        Given.Policy.Limited(limits => limits with { CompletionTimeoutPerGiB = Given.Seconds(seconds), DataSize = rule });

    private static TimeSpan? Timeout(DataSizeRule rule, double memory, double[] disks, double perGiB) =>
        PolicyEngine.CompletionTimeout(
            PerGiB(rule, perGiB), Given.Subject with { Memory = Bytes.FromGibibytes(memory), Disks = [.. disks.Select(Bytes.FromGibibytes)] });
}
