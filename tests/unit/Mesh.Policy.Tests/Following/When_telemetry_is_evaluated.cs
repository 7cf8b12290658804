using Mesh.Contracts.Telemetry;

namespace Mesh.Policy.Tests.Following;

public sealed class When_telemetry_is_evaluated
{
    [Theory]
    [InlineData(10, new[] { 0.0, 9.4, 19.5, 29, 38.4, 48.5 }, new[] { 0.0, 19.5, 29, 48.5 })]
    [InlineData(10, new[] { 3.0, 4, 12, 13, 22, 22.95, 23.95 }, new[] { 3.0, 13, 22.95 })]
    [InlineData(10, new[] { 0.0, 9, 9.8, 10, 19, 19.95, 20, 20.1 }, new[] { 0.0, 10, 19.95 })]
    [InlineData(0.4, new[] { 0.0, 0.39, 0.78, 1.1, 1.2 }, new[] { 0.0, 0.39, 0.78, 1.2 })]
    [InlineData(1, new[] { 0.0, 60, 60.5, 61 }, new[] { 0.0, 60, 61 })]
    public void Should_evaluate_the_first_sample_and_then_one_per_interval(double interval, double[] samples, double[] looks) =>
        EvaluationTimes(interval, samples).ShouldBe(looks);

    [Fact]
    public void Should_evaluate_one_sample_per_interval_however_often_samples_arrive() =>
        EvaluationTimes(10, [.. Enumerable.Range(0, 4001).Select(tenth => tenth / 100.0)]).ShouldBe([0, 10, 20, 30, 40], tolerance: 0.02);

    [Fact]
    public void Should_evaluate_every_sample_without_an_interval() => EvaluationTimes(null, [0, 0.1, 0.2, 0.2]).ShouldBe([0, 0.1, 0.2, 0.2]);

    [Fact]
    public void Should_count_passes_and_progress_by_evaluated_samples_only()
    {
        var policy = Given.Policy with { Interval = Given.Seconds(10) };
        var plan = new PlanDriver(policy).Observe(Given.Sample(0, 1, 900), Given.Sample(5, 2, 1), Given.Sample(10, 3, 800)).Plan;
        plan.Passes.LastIteration.ShouldBe(3);
        plan.Passes.LeastRemaining.ShouldBe(Given.Sample(0, remaining: 800).Copy.Remaining);
        plan.Progress.RemainingFellAt.ShouldBe(Given.Seconds(10));
    }

    [Fact]
    public void Should_learn_from_every_sample() =>
        new PlanDriver(Given.Policy with { Interval = Given.Seconds(10) }).ObserveAt(0, 5).Plan.Estimator.LastSample!.At.ShouldBe(Given.Seconds(5));

    [Fact]
    public void Should_do_nothing_once_the_VM_runs_on_the_destination()
    {
        var policy = Given.Policy.With(new Contracts.Policies.PolicyStep(new() { Elapsed = Given.Seconds(5) }, Given.Abort))
            .Limited(limits => limits with { CompletionTimeout = Given.Seconds(20) }) with
        { LastResort = [Contracts.Policies.PolicyActionKind.Abort] };
        var plan = new PlanDriver(policy).Observe(Given.Sample(1), Given.Sample(10, phase: JobPhase.PostCopy), Given.Sample(30, phase: JobPhase.PostCopy), Given.Sample(40)).Wait(50);
        plan.Done.ShouldBeEmpty();
        PolicyEngine.NextDue(plan.Plan).ShouldBeNull();
        plan.Plan.Estimator.LastSample!.At.ShouldBe(Given.Seconds(40), "it keeps observing");
    }

    private static List<double> EvaluationTimes(double? interval, double[] samples)
    {
        var plan = new PlanDriver(Given.Policy with { Interval = interval is { } seconds ? Given.Seconds(seconds) : null });
        var looks = new List<double>();
        foreach (var at in samples)
        {
            // An evaluated sample changes the progress that the plan has recorded.
            var marked = Given.Sample(at, processed: 1000 + looks.Count);
            plan.Observe(marked);
            if (plan.Plan.Progress.Transferred == marked.Copy.Transferred)
                looks.Add(at);
        }

        return looks;
    }
}
