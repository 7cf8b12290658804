using Mesh.Contracts.Policies;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Policy.Model;
using Mesh.Policy.Tests.Following;
using Mesh.Policy.Tests.Worlds;

namespace Mesh.Policy.Tests.Adapting;

public sealed class When_the_adaptive_policy_decides
{
    private static readonly MigrationPolicy Adaptive = Given.Policy with { Adaptive = new AdaptiveRule(), DowntimeBudget = Given.Seconds(1) };

    [Theory]
    [InlineData(null, 100, "0 SetDowntime 100")]
    [InlineData(800, 500, "0 SetDowntime 500")]
    [InlineData(null, 300, "")]
    [InlineData(100, 500, "")]
    public void Should_lower_a_limit_above_the_budget_at_once_and_no_other(int? start, int budget, string expected)
    {
        var policy = Adaptive with
        {
            DowntimeBudget = TimeSpan.FromMilliseconds(budget),
            Start = new() { MaxDowntime = start is { } limit ? TimeSpan.FromMilliseconds(limit) : null },
        };
        string.Join(", ", new PlanDriver(policy).ObserveAt(0, 1, 2, 3, 4).Done).ShouldBe(expected);
    }

    [Fact]
    public void Should_not_change_a_limit_that_an_operator_has_set() =>
        new PlanDriver(Adaptive).ObserveAt(0, 1).SetParameters(tuning => tuning with { MaxDowntime = Given.Seconds(5) }).ObserveAt(2, 3, 10).Actions.ShouldBeEmpty();

    [Fact]
    public void Should_prefer_the_VM_s_budget_to_the_policy_s()
    {
        var steered = Steered(Workload.HotSpotAbove, Adaptive);
        steered.State = steered.State with { Subject = steered.State.Subject with { DowntimeBudget = Given.Seconds(2) } };
        steered.Run(100).World.IsOver.ShouldBeTrue();
        steered.Actions.Single().ShouldSatisfyAllConditions(
            action => action.Kind.ShouldBe(PolicyActionKind.SetDowntime),
            action => action.Parameters.MaxDowntime.ShouldBe(Given.Seconds(1.5), "enough for 1.3 GiB"));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    public void Should_do_nothing_before_the_minimum_number_of_passes(int passes)
    {
        var policy = Adaptive with { Adaptive = new AdaptiveRule { MinPasses = passes } };
        var iterations = new List<long>();
        Steered(Workload.MemoryBound, policy).Run(100, each => iterations.AddRange(each.Actions.Count > iterations.Count ? [each.World.Iteration] : []));
        iterations[0].ShouldBe(passes + 1, "that many have ended, and the next one runs");
    }

    [Theory]
    [InlineData(3)]
    [InlineData(10)]
    public void Should_pause_between_two_changes(double seconds)
    {
        var actions = Steered(Workload.MemoryBound, Adaptive with { Adaptive = new AdaptiveRule { ChangeInterval = Given.Seconds(seconds) } }).Run(100).Actions;
        actions.Count.ShouldBeGreaterThan(1);
        actions.Zip(actions.Skip(1)).ShouldAllBe(pair => pair.Second.At - pair.First.At >= Given.Seconds(seconds));
    }

    [Fact]
    public void Should_wait_for_two_passes_before_it_throttles_further()
    {
        var passes = new List<long>();
        var steered = Steered(Workload.MemoryBound, Adaptive with { Permits = new() { Throttle = true } });
        steered.Run(100, each => passes.AddRange(Throttles(each) > passes.Count ? [each.State.Estimator.PassCount] : []));
        passes.Count.ShouldBeGreaterThan(1);
        passes.Zip(passes.Skip(1)).ShouldAllBe(pair => pair.Second - pair.First >= 2);

        static int Throttles(SteeredMigration steered) => steered.Actions.Count(action => action.Kind == PolicyActionKind.Throttle);
    }

    [Fact]
    public void Should_wait_for_a_moment_as_calm_as_a_recent_one()
    {
        // QEMU's limit is too low for the first calm moment, and the next one is in 20 s.
        var policy = Adaptive with { Start = new() { MaxDowntime = Given.Seconds(0.1) } };
        var steered = Steered(Workload.HotSpot("calm, busy, calm", 3072, 5) with { ActivityAt = time => time is > 15 and < 35 ? 1 : 0.05 }, policy).Run(100);
        steered.World.IsOver.ShouldBeTrue();
        steered.Actions.ShouldNotBeEmpty();
        steered.Actions.ShouldAllBe(action => action.Kind == PolicyActionKind.SetDowntime);
    }

    [Fact]
    public void Should_not_throttle_beyond_the_maximum()
    {
        var policy = Adaptive with { Adaptive = new AdaptiveRule { ThrottleMax = new Percent(40) }, Permits = new() { Throttle = true } };
        var actions = Steered(Workload.Uniform15, policy).Run(100).Actions;
        actions.Where(action => action.Kind == PolicyActionKind.Throttle).ShouldNotBeEmpty();
        actions.ShouldAllBe(action => action.Parameters.Throttle == null || action.Parameters.Throttle.Value.Value <= 40);
    }

    [Fact]
    public void Should_never_throttle_less_than_an_operator_has()
    {
        var steered = Steered(Workload.Uniform15, Adaptive with { Permits = new() { Throttle = true } });
        steered.State = PolicyEngine.RecordParameters(steered.State, steered.State.Tuning with { Throttle = new Percent(30) });
        steered.World.Do(new PlannedAction(default, PolicyActionKind.Throttle, "") { Parameters = new() { Throttle = new Percent(30) } });
        steered.Run(100).World.IsOver.ShouldBeTrue();
        steered.Actions.ShouldAllBe(action => action.Parameters.Throttle == null || action.Parameters.Throttle.Value.Value > 30);
    }

    [Theory]
    [InlineData(PolicyActionKind.Throttle, PolicyActionKind.PostCopy)]
    [InlineData(PolicyActionKind.PostCopy, PolicyActionKind.Suspend)]
    public void Should_take_the_next_action_if_the_host_has_refused_one(PolicyActionKind refused, PolicyActionKind next)
    {
        var permits = PolicyPermissions.All with { Throttle = refused is PolicyActionKind.Throttle };
        var steered = Steered(Workload.MemoryBound, Adaptive with { Permits = permits });
        steered.State = PolicyEngine.RecordRefusal(steered.State, refused);
        steered.Run(100).Actions.Select(action => action.Kind).ShouldBe([PolicyActionKind.SetDowntime, next]);
    }

    [Fact]
    public void Should_not_switch_to_post_copy_that_was_not_armed()
    {
        var steered = Steered(Workload.MemoryBound, Adaptive with { Permits = new() { PostCopy = true } });
        steered.State = steered.State with { Subject = steered.State.Subject with { IsPostCopyArmed = false } };
        steered.Run(300).Actions.Select(action => action.Kind).ShouldBe([PolicyActionKind.SetDowntime, PolicyActionKind.Abort]);
    }

    [Fact]
    public void Should_switch_to_post_copy_when_little_is_pending()
    {
        // The guest writes in bursts, none of which allows an end within the budget.
        var workload = Workload.HotSpot("bursts", 6 * 1024, 5) with { ActivityAt = time => time % 20 < 15 ? 1 : 0 };
        var pending = new List<double>();
        var steered = Steered(workload, Adaptive with { Permits = new() { PostCopy = true }, DowntimeBudget = Given.Seconds(0.3) });
        steered.Run(100, each => pending.Add(each.World.Remaining / workload.Link));
        steered.World.PostCopyAt.ShouldNotBeNull();
        steered.World.PostCopyAt.Value.ShouldBeLessThan(70, "the required amount falls every 20 s");
        (steered.World.Time - steered.World.PostCopyAt.Value).ShouldBeLessThan(3, "half of what any pass of a burst starts with");
        steered.Actions[^1].Reason.ShouldContain("good moment with");
    }

    [Theory]
    [InlineData(40)]
    [InlineData(50)]
    public void Should_not_wait_for_a_good_moment_until_it_is_too_late(double deadline)
    {
        var workload = Workload.HotSpot("bursts", 6 * 1024, 5) with { ActivityAt = time => time % 20 < 15 ? 1 : 0 };
        var policy = Adaptive with { Permits = new() { PostCopy = true }, DowntimeBudget = Given.Seconds(0.3), LastResort = [PolicyActionKind.Abort] };
        var steered = Steered(workload, policy);
        steered.State = steered.State with { Subject = steered.State.Subject with { Deadline = Given.Seconds(deadline) } };
        steered.Run(100).World.IsAborted.ShouldBeFalse();
        steered.World.Time.ShouldBeLessThan(deadline);
        steered.Actions[^1].Reason.ShouldContain("time is running out with");
    }

    [Fact]
    public void Should_not_suspend_for_longer_than_ten_times_the_budget_or_ten_seconds()
    {
        var huge = Workload.HotSpot("huge", 13 * 1024, 5) with { Link = 400 << 20 };
        var tenSeconds = Steered(huge, Adaptive with { Permits = new() { Suspend = true } }).Run(400);
        tenSeconds.Actions.ShouldNotContain(action => action.Kind == PolicyActionKind.Suspend);
        tenSeconds.World.IsAborted.ShouldBeTrue("its 13 GiB take 33 s, more than three budgets as well");

        var longer = Steered(huge, Adaptive with { Permits = new() { Suspend = true }, DowntimeBudget = Given.Seconds(4) }).Run(400);
        longer.Actions[^1].Kind.ShouldBe(PolicyActionKind.Suspend);
        longer.World.IsOver.ShouldBeTrue();
    }

    [Fact]
    public void Should_not_affect_the_guest_while_the_link_is_slow()
    {
        // It would end by itself with the whole link; with a fifth of it nothing within the budget ends it.
        var workload = Workload.Uniform(0.6) with { LinkAt = time => time is > 15 and < 60 ? 0.2 : 1 };
        var actions = Steered(workload, Adaptive).Run(59).Actions;
        actions.ShouldAllBe(action => action.Kind == PolicyActionKind.SetDowntime);
        Steered(workload, Adaptive).Run(100).World.IsOver.ShouldBeTrue();
    }

    [Fact]
    public void Should_not_consider_a_limited_link_slow()
    {
        var steered = Steered(Workload.HotSpotAbove, Adaptive with { Permits = new() { PostCopy = true } }).Run(14);
        steered.World.BandwidthLimit = 300 << 20;
        steered.State = PolicyEngine.RecordParameters(steered.State, steered.State.Tuning with { Bandwidth = BytesPerSecond.FromMebibytes(300) });
        steered.Run(40).World.PostCopyAt.ShouldNotBeNull();
    }

    [Fact]
    public void Should_act_earlier_if_its_time_is_short()
    {
        var calm = Steered(Workload.Uniform09, Adaptive).Run(100);
        calm.Actions.ShouldBeEmpty();

        var hurried = Steered(Workload.Uniform09, Adaptive);
        hurried.State = hurried.State with { Subject = hurried.State.Subject with { Deadline = Given.Seconds(28) } };
        hurried.Run(100).World.Time.ShouldBeLessThan(28);
        calm.World.Time.ShouldBeGreaterThan(28);
        hurried.Actions.ShouldNotBeEmpty();
    }

    [Fact]
    public void Should_abort_what_no_permitted_action_would_end_and_explain_why()
    {
        var policy = Adaptive with { Permits = new() };
        var steered = Steered(Workload.MemoryBound, policy).Run(300);
        steered.World.IsAborted.ShouldBeTrue();
        steered.Actions[^1].Reason.ShouldMatch(
            @"^hopeless for 15 s: at best [67](\.\d)? s of data remain, more than 3 times the budget of 1 s, and no other permitted action would help$");
        steered.Actions[^1].IsLimit.ShouldBeFalse();

        var patient = Steered(Workload.MemoryBound, policy with { Adaptive = new AdaptiveRule { NonConvergenceTimeout = Given.Seconds(60) } }).Run(300);
        (patient.World.Time - steered.World.Time).ShouldBe(45, tolerance: 1);
    }

    [Fact]
    public void Should_not_abort_while_each_pass_leaves_less()
    {
        var workload = new Workload("huge", [new Pages(60.0 * (1L << 30), 1 / 20.0), new Pages(420.0 * (1L << 30), 0)]) { Link = 2.8 * (1L << 30) };
        var steered = Steered(workload.Emulated, Adaptive with { Permits = new() });
        steered.Run(500).World.IsAborted.ShouldBeTrue("finally it is hopeless");
        steered.State.Estimator.Passes[^1].Dirtied.Count.ShouldBeGreaterThan((long)(0.9 * steered.State.Estimator.Passes[^3].Dirtied.Count));
        steered.World.Time.ShouldBeGreaterThan(250);
    }

    [Fact]
    public void Should_not_abort_while_calmer_moments_come()
    {
        var workload = Workload.HotSpot("bursts", 5 * 1024, 5).Emulated with { ActivityAt = time => (time + 4) % 24 < 20 ? 1 : 0.05 };
        Steered(workload, Adaptive with { Permits = new() { Throttle = true } }).Run(200).World.ShouldSatisfyAllConditions(
            world => world.IsOver.ShouldBeTrue(),
            world => world.IsAborted.ShouldBeFalse());
    }

    [Fact]
    public void Should_not_throttle_without_effect_for_long()
    {
        // Written so often that no throttle helps, and just above the budget: nothing else would ever end it.
        var steered = Steered(Workload.HotSpot("glowing", 1331, 400), Adaptive with { Permits = new() { Throttle = true } }).Run(600);
        steered.World.IsAborted.ShouldBeTrue();
        steered.World.ThrottledSeconds.ShouldBeLessThan(40);
        steered.Actions[^1].Reason.ShouldMatch(@"even throttled by 9\d % it does not end within the budget of 1 s, and no other permitted action would help$");
    }

    [Theory]
    [InlineData(JobPhase.SwitchOver)]
    [InlineData(JobPhase.PostCopy)]
    public void Should_do_nothing_once_the_VM_has_left_the_source(JobPhase phase)
    {
        var steered = Steered(Workload.MemoryBound, Adaptive);
        var driver = new PlanDriver(Adaptive, SteeredMigration.SubjectOf(Workload.MemoryBound));
        while (steered.World.Time < 100)
        {
            steered.World.Advance(1);
            driver.Observe(steered.World.Sample() with { Phase = phase });
        }

        driver.Actions.ShouldBeEmpty();
    }

    [Fact]
    public void Should_explain_every_change()
    {
        var throttled = Reasons(Workload.HotSpotAbove, new() { Throttle = true });
        throttled[0].ShouldBe("1.2 s of data pending exceeds the budget of 1 s: using the whole budget so that the migration ends as soon as the guest writes less");
        throttled[1].ShouldStartWith("does not end within the budget of 1 s, 1.2 s of data pending; throttled by ");
        Reasons(Workload.HotSpotBelow, new())
            .ShouldBe(["does not converge with a maximum downtime of 300 ms; with 450 ms, within the budget of 1 s, it ends in about 540 ms with 470 ms of downtime"]);
        Reasons(Workload.MemoryBound, new() { Suspend = true })[^1]
            .ShouldStartWith("no milder permitted action ends it within the budget of 1 s; good moment with ");
    }

    private static IReadOnlyList<string> Reasons(Workload workload, PolicyPermissions permits) =>
        [.. Steered(workload, Adaptive with { Permits = permits }).Run(100).Actions.Select(action => action.Reason)];

    private static SteeredMigration Steered(Workload workload, MigrationPolicy policy) => new(workload, policy);
}
