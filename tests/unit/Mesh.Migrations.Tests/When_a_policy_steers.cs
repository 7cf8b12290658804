using Mesh.Contracts.Agents;
using Mesh.Contracts.Events;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Migrations.Tests;

public sealed class When_a_policy_steers
{
    private static readonly PolicyStep Downtime = Step(1, new() { Kind = PolicyActionKind.SetDowntime, Downtime = TimeSpan.FromMilliseconds(150) });
    private static readonly PolicyStep PostCopy = Step(0, new() { Kind = PolicyActionKind.PostCopy });
    private static readonly PolicyStep Abort = Step(0, new() { Kind = PolicyActionKind.Abort });

    [Fact]
    public void Its_start_counts_where_the_request_says_nothing()
    {
        var policy = Given.Policy(new MigrationPolicy
        {
            Name = "test",
            Description = "For tests.",
            Start = new() { MaxDowntime = TimeSpan.FromMilliseconds(100), Bandwidth = BytesPerSecond.FromMebibytes(50), AutoConverge = true },
        });
        var start = FlightDriver.Under(policy, new MigrationOptions { Bandwidth = BytesPerSecond.FromMebibytes(10) }).Prepared().Last<StartMigration>();

        start.Options.MaxDowntime.ShouldBe(TimeSpan.FromMilliseconds(100));
        start.Options.Bandwidth.ShouldBe(BytesPerSecond.FromMebibytes(10));
        start.Options.AutoConverge.ShouldBeTrue();
        start.Options.PostCopy.ShouldBeTrue();
    }

    [Fact]
    public void What_the_request_does_not_allow_is_not_armed()
    {
        var request = Given.Request() with { Allow = PolicyPermissions.All with { PostCopy = false } };
        var flight = Flight.Apply(null, new RequestReceived(request, Given.Facts() with { Policy = Given.Policy(Downtime) }), Given.Start);
        flight.State.Options.PostCopy.ShouldBeFalse();
    }

    [Fact]
    public void Its_steps_are_taken_at_the_samples_and_recorded_with_the_reason()
    {
        var flight = FlightDriver.Under(Given.Policy(Downtime, PostCopy)).Started().Pass(1, 1).Pass(2, 5);
        flight.Commands.ShouldNotContain(command => command is ChangeParameters);

        var change = flight.Pass(3, 9).Last<ChangeParameters>();
        change.MaxDowntime.ShouldBe(TimeSpan.FromMilliseconds(150));
        var recorded = flight.State.Changes.ShouldHaveSingleItem();
        (recorded.By, recorded.Answers).ShouldBe(("policy test", null));
        recorded.Why.ShouldNotBeEmpty();
        flight.Events.OfType<MigrationDecided>().ShouldHaveSingleItem().ChangeId.ShouldBe(recorded.ChangeId);

        flight.Answer(change, new ParameterAnswer("maxDowntime", ParameterResult.Applied, "150 ms"));
        flight.State.Changes.ShouldHaveSingleItem().Answers!.ShouldHaveSingleItem().Explanation.ShouldBe("150 ms");
        flight.Pass(4, 13).Last<ChangeParameters>().PostCopy.ShouldBe(true);
    }

    [Fact]
    public void A_refused_step_makes_room_for_the_next()
    {
        var flight = FlightDriver.Under(Given.Policy(PostCopy, Abort)).Started().Pass(1, 1).Pass(2, 5);
        flight.Answer(flight.Last<ChangeParameters>(), new ParameterAnswer("postCopy", ParameterResult.Refused, "QEMU says no"));
        flight.Pass(3, 9).Commands.ShouldContain(command => command is AbortJob);
    }

    [Fact]
    public void An_abort_of_its_own_is_named_as_the_policy_s()
    {
        var flight = FlightDriver.Under(Given.Policy(Abort)).Started().Pass(1, 1).Pass(2, 5);
        flight.Answer(flight.Last<AbortJob>()).JobEnds(JobResult.Cancelled).Report(Given.Source, VmStatus.Up).Answer(flight.Last<CleanUpIncoming>());

        flight.State.Outcome.ShouldBe(MigrationOutcome.AbortedByPolicy);
        flight.State.Reason.ShouldStartWith("policy test: ");
    }

    [Fact]
    public void Its_completion_timeout_is_held_although_no_sample_comes()
    {
        var policy = new MigrationPolicy { Name = "test", Description = "For tests.", Limits = new() { CompletionTimeout = TimeSpan.FromSeconds(60) }, LastResort = [PolicyActionKind.Abort] };
        var flight = FlightDriver.Under(Given.Policy(policy)).Started().Pass(1, 1).Wait(TimeSpan.FromSeconds(58));
        flight.Commands.ShouldNotContain(command => command is AbortJob);

        flight.Wait(TimeSpan.FromSeconds(2)).Commands.OfType<AbortJob>().ShouldHaveSingleItem();
        flight.Answer(flight.Last<AbortJob>()).JobEnds(JobResult.Cancelled).Report(Given.Source, VmStatus.Up).Answer(flight.Last<CleanUpIncoming>());
        flight.State.Outcome.ShouldBe(MigrationOutcome.TimedOut);
    }

    [Fact]
    public void The_agent_holds_its_limits_too_but_later()
    {
        var policy = new MigrationPolicy
        {
            Name = "test",
            Description = "For tests.",
            Limits = new() { CompletionTimeout = TimeSpan.FromSeconds(60), ProgressTimeout = TimeSpan.FromSeconds(20) },
            LastResort = [PolicyActionKind.Suspend, PolicyActionKind.Abort],
        };
        var limits = FlightDriver.Under(Given.Policy(policy)).Prepared().Last<StartMigration>().Limits;
        limits.CompletionTimeoutFor(Bytes.FromGibibytes(1)).ShouldBe(TimeSpan.FromSeconds(130));
        limits.ProgressTimeoutHeld.ShouldBe(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void A_policy_that_never_aborts_lets_the_agent_abort_never()
    {
        var limits = FlightDriver.Under(Given.Policy()).Prepared().Last<StartMigration>().Limits;
        limits.CompletionTimeoutFor(Bytes.FromGibibytes(1)).ShouldBeNull();
        limits.ProgressTimeoutHeld.ShouldBeNull();
    }

    [Fact]
    public void Limits_of_the_request_count_for_more()
    {
        var asked = new MigrationLimits { CompletionTimeout = TimeSpan.FromSeconds(10), ProgressTimeout = TimeSpan.Zero };
        var flight = FlightDriver.Under(Given.Policy(new MigrationPolicy
        {
            Name = "test",
            Description = "For tests.",
            Limits = new() { CompletionTimeout = TimeSpan.FromSeconds(60), ProgressTimeout = TimeSpan.FromSeconds(5) },
        }), limits: asked).Started().Pass(1, 1);
        flight.Last<StartMigration>().Limits.ShouldBe(asked);
        flight.Pass(1, 9).Commands.ShouldNotContain(command => command is AbortJob);
        flight.Pass(1, 10.1).Commands.ShouldContain(command => command is AbortJob);
    }

    [Fact]
    public void A_milder_last_resort_of_the_policy_comes_before_the_agent_s_abort()
    {
        var flight = FlightDriver.Under(
            Given.Policy(new MigrationPolicy { Name = "test", Description = "For tests.", LastResort = [PolicyActionKind.PostCopy, PolicyActionKind.Abort] }),
            limits: new MigrationLimits { CompletionTimeout = TimeSpan.FromSeconds(10) }).Started().Pass(1, 1);
        flight.Last<StartMigration>().Limits.CompletionTimeout.ShouldBe(TimeSpan.FromSeconds(30));
        flight.Pass(1, 10.1).Last<ChangeParameters>().PostCopy.ShouldBe(true);
    }

    [Fact]
    public void The_plan_goes_on_where_it_stood_after_a_restart()
    {
        var flight = FlightDriver.Under(Given.Policy(Downtime, PostCopy)).Started().Pass(1, 1).Pass(2, 5).Pass(3, 9);
        flight.Restart();
        flight.Pass(3, 10).Commands.OfType<ChangeParameters>().ShouldHaveSingleItem();
        flight.Pass(4, 13).Last<ChangeParameters>().PostCopy.ShouldBe(true);
    }

    [Fact]
    public void A_named_policy_that_nobody_knows_is_a_reason_to_refuse()
    {
        var flight = Flight.Apply(null, new RequestReceived(Given.Request() with { Policy = "gone" }, Given.Facts()), Given.Start);
        flight.State.Refusals.ShouldHaveSingleItem().Code.ShouldBe(RefusalCode.UnknownPolicy);
    }

    [Fact]
    public void A_forecast_is_told_with_every_sample_once_there_is_one()
    {
        var flight = FlightDriver.Under(Given.Policy(Downtime)).Started().Pass(1, 1, 1000).Pass(1, 2, 900).Pass(1, 3, 800);
        var told = flight.Events.OfType<MigrationProgressed>().Last().Forecast.ShouldNotBeNull();
        told.ShouldBe(flight.State.ToView().Forecast);
        told.Text.ShouldNotBeEmpty();
    }

    private static PolicyStep Step(long iterations, PolicyAction action) => new(new() { IterationsOver = iterations }, action);
}
