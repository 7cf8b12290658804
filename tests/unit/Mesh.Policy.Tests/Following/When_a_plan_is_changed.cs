using Mesh.Contracts.Policies;
using Mesh.Contracts.Values;
using Mesh.Policy.Model;

namespace Mesh.Policy.Tests.Following;

public sealed class When_a_plan_is_changed
{
    private static readonly MigrationPolicy Stepped = Given.Policy.With(
        new(new() { IterationsOver = 0 }, Given.Downtime(150)), new(new() { IterationsOver = 1 }, Given.Downtime(200)), new(new() { IterationsOver = 2 }, Given.Abort));

    [Fact]
    public void Should_start_over_with_the_steps_of_another_policy_and_count_passes_from_the_next_sample() =>
        new PlanDriver(Given.Policy).ObservePasses(1, 10).ReplacePolicy(Stepped).ObservePasses(11, 14).Done
            .ShouldBe(["120 SetDowntime 150", "130 SetDowntime 200", "140 Abort"]);

    [Fact]
    public void Should_evaluate_the_next_sample_after_a_replacement_whatever_the_interval()
    {
        var due = Given.Policy.With(new PolicyStep(new() { Elapsed = Given.Seconds(1) }, Given.Downtime(500))) with { Interval = Given.Seconds(10) };
        new PlanDriver(Given.Policy with { Interval = Given.Seconds(10) }).ObserveAt(0, 10, 11).ReplacePolicy(due).ObserveAt(12).Done.ShouldBe(["12 SetDowntime 500"]);
    }

    [Fact]
    public void Should_count_limits_from_the_start_of_the_copy_and_continue_to_count_progress()
    {
        var limited = Given.Policy.Limited(limits => limits with { CompletionTimeout = Given.Seconds(100), ProgressTimeout = Given.Seconds(40) }) with { LastResort = [PolicyActionKind.Abort] };
        new PlanDriver(Given.Policy).ObserveAt(0, 60, 99).ReplacePolicy(limited).ObserveAt(100, 101).Done.ShouldBe(["101 Abort"]);

        var still = new PlanDriver(Given.Policy);
        for (var at = 0; at < 50; at += 10)
            still.Observe(Given.Sample(at, remaining: 10, processed: 10));
        still.ReplacePolicy(limited).Observe(Given.Sample(50, remaining: 10, processed: 10)).Actions.ShouldHaveSingleItem().Reason.ShouldStartWith("no progress for 50 s");
    }

    [Fact]
    public void Should_give_a_last_resort_its_time_if_the_timeout_had_passed_before_the_replacement()
    {
        var policy = Given.Policy.Limited(limits => limits with { CompletionTimeout = Given.Seconds(20) }) with { LastResort = [PolicyActionKind.Suspend, PolicyActionKind.Abort] };
        new PlanDriver(Given.Policy).ObserveAt(0, 75).ReplacePolicy(policy)
            .Observe(Given.Sample(76, remaining: 900), Given.Sample(77, remaining: 800), Given.Sample(95, remaining: 700), Given.Sample(96, remaining: 600)).Done.ShouldBe(["76 Suspend", "96 Abort"]);
        new PlanDriver(policy).ObserveAt(0, 75).Done.ShouldBe(["75 Abort"], "polled too late to finish a suspension");
    }

    [Fact]
    public void Should_not_apply_the_deadline_of_another_policy_to_a_suspended_VM()
    {
        var suspending = Given.Policy.Limited(limits => limits with { CompletionTimeout = Given.Seconds(20) }) with { LastResort = [PolicyActionKind.Suspend] };
        var deadline = Given.Policy.Limited(limits => limits with { SwitchOverDeadline = Given.Seconds(30) });
        new PlanDriver(suspending).ObserveAt(0, 21).ReplacePolicy(deadline).ObserveAt(51, 52).Done.ShouldBe(["21 Suspend"]);
    }

    [Fact]
    public void Should_keep_what_is_known_of_the_VM_and_its_host_after_a_replacement()
    {
        var plan = new PlanDriver(Given.Policy).ObserveAt(0, 1, 2).Refuse(PolicyActionKind.Throttle).SetParameters(tuning => tuning with { MaxDowntime = Given.Seconds(1) }).ReplacePolicy(Stepped).Plan;
        plan.Tuning.MaxDowntime.ShouldBe(Given.Seconds(1));
        plan.Refusals.ShouldBe([PolicyActionKind.Throttle]);
        plan.Estimator.LastSample!.At.ShouldBe(Given.Seconds(2));
    }

    [Fact]
    public void Should_remain_ended_when_the_policy_is_replaced_after_an_abort() =>
        new PlanDriver(Stepped).ObservePasses(1, 4).ReplacePolicy(Stepped).ObservePasses(5, 9).Done.ShouldBe(["20 SetDowntime 150", "30 SetDowntime 200", "40 Abort"]);

    [Fact]
    public void Should_start_with_the_policy_s_parameters()
    {
        var plan = PolicyEngine.CreatePlan(Given.Policy with { Start = new() { MaxDowntime = Given.Seconds(0.1), Bandwidth = new BytesPerSecond(5) } }, Given.Subject);
        plan.Tuning.ShouldBe(new TuningParameters { MaxDowntime = Given.Seconds(0.1), Bandwidth = new BytesPerSecond(5) });
    }

    [Fact]
    public void Should_know_which_action_was_requested()
    {
        var policy = Given.Policy.With(
            new(new() { IterationsOver = 0 }, Given.Action(PolicyActionKind.Throttle)), new(new() { IterationsOver = 0 }, Given.Downtime(150)),
            new(new() { IterationsOver = 0 }, Given.Action(PolicyActionKind.Suspend)), new(new() { IterationsOver = 0 }, Given.Action(PolicyActionKind.PostCopy)));
        var plan = new PlanDriver(policy).ObservePasses(1, 5);
        plan.Plan.Tuning.ShouldBe(new TuningParameters { Throttle = new Percent(40), MaxDowntime = Given.Seconds(0.15), IsSuspended = true, IsPostCopy = true });

        plan.Refuse(PolicyActionKind.PostCopy).Refuse(PolicyActionKind.Suspend).Refuse(PolicyActionKind.Throttle).Plan.Tuning.ShouldBe(new TuningParameters { MaxDowntime = Given.Seconds(0.15) });
        plan.Plan.SwitchOverAt.ShouldBeNull();
    }

    [Fact]
    public void Should_retry_a_downtime_that_the_host_has_refused() =>
        new PlanDriver(Stepped).ObservePasses(1, 2).Refuse(PolicyActionKind.SetDowntime).ObservePasses(3, 3).Done.ShouldBe(["20 SetDowntime 150", "30 SetDowntime 200"]);
}
