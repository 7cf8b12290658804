using Mesh.Contracts.Policies;
using Mesh.Contracts.Telemetry;

namespace Mesh.Policy.Tests.Following;

public sealed class When_the_host_reports_a_stall
{
    private static readonly PolicyStep Raise = new(new() { Stalled = Given.Seconds(30) }, Given.Downtime(800));

    [Fact]
    public void Should_act_on_the_event_although_no_sample_follows() =>
        new PlanDriver(Given.Policy.With(Raise)).ObserveAt(1).Stall(40, stalledFor: 35).Done.ShouldBe(["40 SetDowntime 800"]);

    [Fact]
    public void Should_say_why() =>
        new PlanDriver(Given.Policy.With(Raise)).ObserveAt(1).Stall(40, stalledFor: 35).Actions[0].Reason.ShouldBe(
            "step 1 of 1: stalled for 35 s by the host's event, longer than 30 s");

    [Fact]
    public void Should_act_by_time_alone_if_the_event_comes_before_the_time_of_the_step()
    {
        var plan = new PlanDriver(Given.Policy.With(Raise)).ObserveAt(1).Stall(20, stalledFor: 10);
        plan.Done.ShouldBeEmpty();
        PolicyEngine.NextDue(plan.Plan).ShouldBe(Given.Seconds(40.001), "stalled since 10 s");
        plan.Wait(40.001).Done.ShouldBe(["40.001 SetDowntime 800"]);
        PolicyEngine.NextDue(plan.Plan).ShouldBeNull();
    }

    [Fact]
    public void Should_do_nothing_without_an_event_however_long_nothing_progresses() =>
        new PlanDriver(Given.Policy.With(Raise)).Observe(Given.Sample(1, remaining: 9), Given.Sample(500, remaining: 9)).Wait(900).Done.ShouldBeEmpty();

    [Fact]
    public void Should_do_nothing_once_a_new_low_has_ended_the_stall()
    {
        var plan = new PlanDriver(Given.Policy.With(Raise)).Observe(Given.Sample(1, remaining: 500)).Stall(20, stalledFor: 10).Observe(Given.Sample(25, remaining: 499));
        PolicyEngine.NextDue(plan.Plan).ShouldBeNull();
        plan.Wait(60).Observe(Given.Sample(61, remaining: 499)).Done.ShouldBeEmpty();
    }

    [Fact]
    public void Should_not_believe_a_delayed_event_that_a_sample_contradicts()
    {
        var plan = new PlanDriver(Given.Policy.With(Raise)).Observe(Given.Sample(1, remaining: 500), Given.Sample(30, remaining: 400)).Stall(40, stalledFor: 39);
        plan.Done.ShouldBeEmpty("there was a new low at 30 s");
        PolicyEngine.NextDue(plan.Plan).ShouldBe(Given.Seconds(60.001));
    }

    [Fact]
    public void Should_take_a_repeated_step_once_for_each_event()
    {
        var step = new PolicyStep(new() { Stalled = Given.Seconds(10) }, new() { Kind = PolicyActionKind.SetDowntime, DowntimeFactor = 2 }, Repeat: true);
        new PlanDriver(Given.Policy.With(step)).Observe(Given.Sample(1, remaining: 500)).Stall(20, 15)
            .Observe(Given.Sample(21, remaining: 500), Given.Sample(22, remaining: 500)).Stall(35, 30).Observe(Given.Sample(36, remaining: 500)).Done
            .ShouldBe(["20 SetDowntime 600", "35 SetDowntime 1200"]);
    }

    [Fact]
    public void Should_prove_to_a_step_that_there_is_no_progress()
    {
        var step = new PolicyStep(new() { WithoutProgress = Given.Seconds(30) }, Given.Downtime(800));
        new PlanDriver(Given.Policy.With(step)).Observe(Given.Sample(1, remaining: 500)).Stall(40, stalledFor: 35).Done.ShouldBe(["40 SetDowntime 800"]);
        new PlanDriver(Given.Policy.With(step)).Observe(Given.Sample(1, remaining: 500)).Wait(40).Done.ShouldBeEmpty("without the event nothing proves that");
    }

    [Fact]
    public void Should_not_act_in_place_of_an_earlier_step_that_is_not_due() =>
        new PlanDriver(Given.Policy.With(new(new() { IterationsOver = 3 }, Given.Downtime(100)), Raise)).ObserveAt(1).Stall(40, 35).Done.ShouldBeEmpty();

    [Theory]
    [InlineData(JobPhase.SwitchOver)]
    [InlineData(JobPhase.PostCopy)]
    public void Should_do_nothing_once_the_VM_is_paused_or_has_moved(JobPhase phase) =>
        new PlanDriver(Given.Policy.With(Raise)).Observe(Given.Sample(1), Given.Sample(2, phase: phase)).Stall(40, 35).Done.ShouldBeEmpty();

    [Fact]
    public void Should_do_nothing_under_a_policy_that_does_not_name_it() =>
        new PlanDriver(Given.Policy).ObserveAt(1).Stall(40, 35).Wait(500).Done.ShouldBeEmpty();
}
