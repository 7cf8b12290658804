using Mesh.Contracts.Agents;
using Mesh.Contracts.Events;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Migrations.Tests;

public sealed class When_a_policy_controls_a_migration
{
    private static readonly PolicyStep Downtime = Step(1, new() { Kind = PolicyActionKind.SetDowntime, Downtime = TimeSpan.FromMilliseconds(150) });
    private static readonly PolicyStep PostCopy = Step(0, new() { Kind = PolicyActionKind.PostCopy });
    private static readonly PolicyStep Abort = Step(0, new() { Kind = PolicyActionKind.Abort });

    [Fact]
    public void Its_start_options_apply_where_the_request_has_none()
    {
        var policy = Given.Policy(new MigrationPolicy
        {
            Name = "test",
            Description = "For tests.",
            Start = new() { MaxDowntime = TimeSpan.FromMilliseconds(100), Bandwidth = BytesPerSecond.FromMebibytes(50), AutoConverge = true },
        });
        var start = MigrationDriver.Under(policy, new MigrationOptions { Bandwidth = BytesPerSecond.FromMebibytes(10) }).Prepared().Last<StartMigration>();

        start.Options.MaxDowntime.ShouldBe(TimeSpan.FromMilliseconds(100));
        start.Options.Bandwidth.ShouldBe(BytesPerSecond.FromMebibytes(10));
        start.Options.AutoConverge.ShouldBeTrue();
        start.Options.PostCopy.ShouldBeTrue();
    }

    [Fact]
    public void What_the_request_does_not_allow_is_not_armed()
    {
        var request = Given.Request() with { Allow = PolicyPermissions.All with { PostCopy = false } };
        var migration = MigrationStateMachine.Apply(null, new RequestReceived(request, Given.Facts() with { Policy = Given.Policy(Downtime) }), Given.Start);
        migration.State.Options.PostCopy.ShouldBeFalse();
    }

    [Fact]
    public void Its_steps_are_taken_at_the_samples_and_recorded_with_the_reason()
    {
        var migration = MigrationDriver.Under(Given.Policy(Downtime, PostCopy)).Started().Pass(1, 1).Pass(2, 5);
        migration.Commands.ShouldNotContain(command => command is ChangeParameters);

        var change = migration.Pass(3, 9).Last<ChangeParameters>();
        change.Parameters.MaxDowntime.ShouldBe(TimeSpan.FromMilliseconds(150));
        var recorded = migration.State.Changes.ShouldHaveSingleItem();
        (recorded.Origin, recorded.RequestedBy, recorded.Answers).ShouldBe((ChangeOrigin.Policy, "test", null));
        recorded.Reason.ShouldNotBeEmpty();
        migration.Events.OfType<MigrationChangeRequested>().ShouldHaveSingleItem().ChangeId.ShouldBe(recorded.ChangeId);

        migration.Answer(change, new ParameterAnswer(MigrationParameter.MaxDowntime, ParameterResult.Applied, "150 ms"));
        migration.State.Changes.ShouldHaveSingleItem().Answers!.ShouldHaveSingleItem().Explanation.ShouldBe("150 ms");
        migration.Pass(4, 13).Last<ChangeParameters>().Parameters.PostCopy.ShouldBe(true);
    }

    [Fact]
    public void A_refused_step_is_followed_by_the_next()
    {
        var migration = MigrationDriver.Under(Given.Policy(PostCopy, Abort)).Started().Pass(1, 1).Pass(2, 5);
        migration.Answer(migration.Last<ChangeParameters>(), new ParameterAnswer(MigrationParameter.PostCopy, ParameterResult.Refused, "QEMU rejects it"));
        migration.Pass(3, 9).Commands.ShouldContain(command => command is AbortJob);
    }

    [Fact]
    public void Its_own_abort_is_attributed_to_the_policy()
    {
        var migration = MigrationDriver.Under(Given.Policy(Abort)).Started().Pass(1, 1).Pass(2, 5);
        migration.Answer(migration.Last<AbortJob>()).JobEnds(JobResult.Cancelled).Report(Given.Source, VmStatus.Up).Answer(migration.Last<CleanUpIncoming>());

        migration.State.Outcome.ShouldBe(MigrationOutcome.AbortedByPolicy);
        migration.State.Reason.ShouldStartWith("policy test: ");
    }

    [Fact]
    public void Its_completion_timeout_is_enforced_without_samples()
    {
        var policy = new MigrationPolicy { Name = "test", Description = "For tests.", Limits = new() { CompletionTimeout = TimeSpan.FromSeconds(60) }, LastResort = [PolicyActionKind.Abort] };
        var migration = MigrationDriver.Under(Given.Policy(policy)).Started().Pass(1, 1).Wait(TimeSpan.FromSeconds(58));
        migration.Commands.ShouldNotContain(command => command is AbortJob);

        migration.Wait(TimeSpan.FromSeconds(2)).Commands.OfType<AbortJob>().ShouldHaveSingleItem();
        migration.Answer(migration.Last<AbortJob>()).JobEnds(JobResult.Cancelled).Report(Given.Source, VmStatus.Up).Answer(migration.Last<CleanUpIncoming>());
        migration.State.Outcome.ShouldBe(MigrationOutcome.TimedOut);
    }

    [Fact]
    public void The_agent_enforces_its_limits_too_but_later()
    {
        var policy = new MigrationPolicy
        {
            Name = "test",
            Description = "For tests.",
            Limits = new() { CompletionTimeout = TimeSpan.FromSeconds(60), ProgressTimeout = TimeSpan.FromSeconds(20) },
            LastResort = [PolicyActionKind.Suspend, PolicyActionKind.Abort],
        };
        var limits = MigrationDriver.Under(Given.Policy(policy)).Prepared().Last<StartMigration>().Limits;
        limits.CompletionTimeoutFor(Bytes.FromGibibytes(1)).ShouldBe(TimeSpan.FromSeconds(130));
        limits.EffectiveProgressTimeout.ShouldBe(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void The_agent_never_aborts_under_a_policy_that_never_aborts()
    {
        var limits = MigrationDriver.Under(Given.Policy()).Prepared().Last<StartMigration>().Limits;
        limits.CompletionTimeoutFor(Bytes.FromGibibytes(1)).ShouldBeNull();
        limits.EffectiveProgressTimeout.ShouldBeNull();
    }

    [Theory]
    [InlineData(null, ProgressMeasure.Remaining, ProgressMeasure.Remaining)]
    [InlineData(null, ProgressMeasure.RemainingOrTransferred, null)]
    [InlineData(ProgressMeasure.RemainingOrTransferred, ProgressMeasure.Remaining, ProgressMeasure.RemainingOrTransferred)]
    public void The_agent_measures_progress_like_a_policy_that_reproduces_kubevirt_and_else_its_own_way(ProgressMeasure? asked, ProgressMeasure policy, ProgressMeasure? expected)
    {
        var limits = new PolicyLimits { ProgressTimeout = TimeSpan.FromSeconds(150), Progress = policy };

        MigrationDriver.Under(Given.Policy(new MigrationPolicy { Name = "test", Description = "For tests.", Limits = limits }), limits: new MigrationLimits { Progress = asked })
            .Prepared().Last<StartMigration>().Limits.Progress.ShouldBe(expected);
    }

    [Fact]
    public void Limits_of_the_request_take_precedence()
    {
        var requested = new MigrationLimits { CompletionTimeout = TimeSpan.FromSeconds(10), ProgressTimeout = TimeSpan.Zero };
        var migration = MigrationDriver.Under(Given.Policy(new MigrationPolicy
        {
            Name = "test",
            Description = "For tests.",
            Limits = new() { CompletionTimeout = TimeSpan.FromSeconds(60), ProgressTimeout = TimeSpan.FromSeconds(5) },
        }), limits: requested).Started().Pass(1, 1);
        migration.Last<StartMigration>().Limits.ShouldBe(requested);
        migration.Pass(1, 9).Commands.ShouldNotContain(command => command is AbortJob);
        migration.Pass(1, 10.1).Commands.ShouldContain(command => command is AbortJob);
    }

    [Fact]
    public void A_milder_last_resort_of_the_policy_precedes_the_agent_s_abort()
    {
        var migration = MigrationDriver.Under(
            Given.Policy(new MigrationPolicy { Name = "test", Description = "For tests.", LastResort = [PolicyActionKind.PostCopy, PolicyActionKind.Abort] }),
            limits: new MigrationLimits { CompletionTimeout = TimeSpan.FromSeconds(10) }).Started().Pass(1, 1);
        migration.Last<StartMigration>().Limits.CompletionTimeout.ShouldBe(TimeSpan.FromSeconds(30));
        migration.Pass(1, 10.1).Last<ChangeParameters>().Parameters.PostCopy.ShouldBe(true);
    }

    [Fact]
    public void The_plan_resumes_after_a_restart()
    {
        var migration = MigrationDriver.Under(Given.Policy(Downtime, PostCopy)).Started().Pass(1, 1).Pass(2, 5).Pass(3, 9);
        migration.Restart();
        migration.Pass(3, 10).Commands.OfType<ChangeParameters>().ShouldHaveSingleItem();
        migration.Pass(4, 13).Last<ChangeParameters>().Parameters.PostCopy.ShouldBe(true);
    }

    [Fact]
    public void A_request_for_an_unknown_policy_is_refused()
    {
        var migration = MigrationStateMachine.Apply(null, new RequestReceived(Given.Request() with { Policy = "gone" }, Given.Facts()), Given.Start);
        migration.State.Refusals.ShouldHaveSingleItem().Code.ShouldBe(RefusalCode.UnknownPolicy);
    }

    [Fact]
    public void A_forecast_is_published_with_every_sample_once_there_is_one()
    {
        var migration = MigrationDriver.Under(Given.Policy(Downtime)).Started().Pass(1, 1, 1000).Pass(1, 2, 900).Pass(1, 3, 800);
        var published = migration.Events.OfType<MigrationProgressed>().Last().Forecast.ShouldNotBeNull();
        published.ShouldBe(migration.State.ToView().Forecast);
        published.Text.ShouldNotBeEmpty();
    }

    private static PolicyStep Step(long iterations, PolicyAction action) => new(new() { IterationsOver = iterations }, action);
}
