using FsCheck;
using FsCheck.Fluent;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Telemetry;
using Mesh.Policy.Documents;
using Mesh.Policy.Model;
using Mesh.Policy.Traces;

namespace Mesh.Policy.Tests.Following;

public sealed class When_no_telemetry_comes
{
    private static readonly MigrationPolicy Timed =
        Given.Policy.Limited(limits => limits with { CompletionTimeout = Given.Seconds(100), SwitchOverDeadline = Given.Seconds(30) }) with { LastResort = [PolicyActionKind.Suspend] };

    [Fact]
    public void Should_take_the_last_resort_by_time_alone()
    {
        var plan = new PlanDriver(Timed).ObserveAt(0);
        PolicyEngine.NextDue(plan.Plan).ShouldBe(Given.Seconds(100.001));
        plan.Wait(100).Done.ShouldBeEmpty();
        PolicyEngine.NextDue(plan.Plan).ShouldBe(Given.Seconds(100.001));
        plan.Wait(100.001).Done.ShouldBe(["100.001 Suspend"]);
        PolicyEngine.NextDue(plan.Plan).ShouldBeNull("a suspended VM is not aborted for taking long");
    }

    [Fact]
    public void Should_take_steps_that_depend_on_time_alone_and_stop_before_others()
    {
        var policy = Given.Policy.With(
            new(new() { Elapsed = Given.Seconds(10) }, Given.Downtime(100)), new(new() { ElapsedPerGiB = Given.Seconds(10), Times = 2 }, Given.Downtime(200)),
            new(new() { Elapsed = Given.Seconds(50), IterationsOver = 0 }, Given.Downtime(300)), new(new() { Elapsed = Given.Seconds(60) }, Given.Abort));
        var plan = new PlanDriver(policy).ObserveAt(0).Wait(9).Wait(11);
        plan.Done.ShouldBe(["11 SetDowntime 100"]);
        PolicyEngine.NextDue(plan.Plan).ShouldBe(Given.Seconds(40.001), "2 GiB, twice 10 s each");
        plan.Wait(40.001).Wait(100).Done.ShouldBe(["11 SetDowntime 100", "40.001 SetDowntime 200"]);
        PolicyEngine.NextDue(plan.Plan).ShouldBeNull();
    }

    [Fact]
    public void Should_not_consider_missing_telemetry_missing_progress() =>
        new PlanDriver(Given.Policy.Limited(limits => limits with { ProgressTimeout = Given.Seconds(10) })).ObserveAt(0).Wait(500).Done.ShouldBeEmpty();

    [Fact]
    public void Should_act_without_any_sample_at_all() => new PlanDriver(Timed).Wait(101).Done.ShouldBe(["101 Suspend"]);

    [Fact]
    public void Should_not_act_twice_when_telemetry_arrives_late() =>
        new PlanDriver(Timed).ObserveAt(0).Wait(101).ObserveAt(102).Done.ShouldBe(["101 Suspend"]);

    [Fact]
    public void Should_abort_by_time_if_a_stall_detector_knows_no_bandwidth()
    {
        var policy = Timed with { StallDetector = new(), LastResort = [PolicyActionKind.Abort] };
        var plan = new PlanDriver(policy);
        PolicyEngine.NextDue(plan.Plan).ShouldBe(Given.Seconds(100.001));
        plan.Wait(100.001).Done.ShouldBe(["100.001 Abort"]);
    }

    /// <summary>Whatever a plan has observed, its sequence of timers is finite and moves forward in time.</summary>
    [Fact]
    public void Should_never_rearm_timers_endlessly() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2000), Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed => Wakes(seed) < 100));

    [Fact]
    public void Should_act_on_timers_in_many_plans() => Enumerable.Range(0, 300).Sum(Wakes).ShouldBeGreaterThan(150);

    private static int Wakes(int seed)
    {
        var random = new Random(seed);
        var subject = Given.Subject with { Allow = new() { PostCopy = random.Next(2) == 0, Suspend = random.Next(2) == 0, Throttle = true }, IsPostCopyArmed = random.Next(2) == 0 };
        var plan = PolicyEngine.CreatePlan(Policy(random), subject);
        var at = 0.0;
        for (var count = random.Next(30); count > 0; count--)
        {
            at += random.NextDouble() * 40;
            plan = random.Next(12) switch
            {
                0 => PolicyEngine.ReplacePolicy(plan, Policy(random)),
                1 => PolicyEngine.RecordRefusal(plan, (PolicyActionKind)random.Next(6)),
                2 => PolicyEngine.RecordParameters(plan, new TuningParameters { IsSuspended = random.Next(2) == 0, IsPostCopy = random.Next(8) == 0 }),
                _ => Evaluate(plan, Given.Sample(at, count, random.Next(1000), phase: random.Next(20) == 0 ? JobPhase.PostCopy : random.Next(2) == 0 ? JobPhase.PreCopy : JobPhase.SwitchOver)),
            };
        }

        var wakes = 0;
        var before = plan.UpdatedAt;
        while (PolicyEngine.NextDue(plan) is { } due && wakes < 100)
        {
            due.ShouldBeGreaterThan(before);
            (before, plan, wakes) = (due, PolicyEngine.EvaluateTimers(plan, due).Plan, wakes + 1);
        }

        return wakes;
    }

    private static PlanState Evaluate(PlanState plan, TraceSample sample) => PolicyEngine.EvaluateSample(plan, sample.Phase, sample.Copy).Plan;

    private static MigrationPolicy Policy(Random random)
    {
        if (random.Next(2) == 0)
            return ShippedPolicies.All[random.Next(ShippedPolicies.All.Count)];
        TimeSpan? Some(int most) => random.Next(2) == 0 ? null : Given.Seconds(random.Next(1, most));
        return Given.Policy with
        {
            Steps =
            [
                .. Enumerable.Range(0, random.Next(6)).Select(_ => new PolicyStep(
                    random.Next(4) == 0 ? new() { IterationsOver = random.Next(4) } : new() { Elapsed = Some(400), ElapsedPerGiB = Given.Seconds(random.Next(1, 100)), Times = random.Next(4) },
                    Given.Action((PolicyActionKind)random.Next(1, 5)),
                    random.Next(6) == 0)),
            ],
            CatchUp = random.Next(2) == 0,
            StallDetector = random.Next(3) == 0 ? new() : null,
            LastResort = [.. Enumerable.Range(0, random.Next(4)).Select(_ => (PolicyActionKind)random.Next(3, 6))],
            Limits = new() { CompletionTimeout = Some(300), SwitchOverDeadline = Some(60), ProgressTimeout = Some(100) },
            Permits = new() { PostCopy = random.Next(2) == 0, Suspend = random.Next(2) == 0 },
        };
    }
}
