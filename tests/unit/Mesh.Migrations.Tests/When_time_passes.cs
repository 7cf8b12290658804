using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Migrations.Tests;

public sealed class When_time_passes
{
    [Fact]
    public void Should_send_an_unanswered_command_again_with_the_same_identity_and_longer_pauses()
    {
        var flight = new FlightDriver().Wait(TimeSpan.FromSeconds(40));
        var sent = flight.Commands.OfType<PrepareIncoming>().ToList();
        sent.Count.ShouldBe(4, "at 0, 5, 15 and 35 s");
        sent.Select(command => command.CommandId).Distinct().Count().ShouldBe(1);
    }

    [Fact]
    public void Should_not_send_an_answered_command_again()
    {
        var flight = new FlightDriver().Started().Wait(TimeSpan.FromMinutes(10));
        flight.Commands.Count().ShouldBe(2);
    }

    [Theory]
    [InlineData(TimeoutAction.Suspend)]
    [InlineData(TimeoutAction.PostCopy)]
    public void Should_act_once_when_the_request_s_timeout_passes(TimeoutAction action)
    {
        var options = new MigrationOptions { PostCopy = true, Timeout = TimeSpan.FromSeconds(30), TimeoutAction = action };
        var flight = new FlightDriver(options).Started().Both(VmStatus.MigratingFrom, VmStatus.MigratingTo);
        flight.Wait(TimeSpan.FromSeconds(29)).Commands.ShouldNotContain(command => command is ChangeParameters);

        flight.Wait(TimeSpan.FromSeconds(1)).Answer(flight.Last<ChangeParameters>()).Wait(TimeSpan.FromMinutes(5));
        var change = flight.Commands.OfType<ChangeParameters>().ShouldHaveSingleItem();
        change.PostCopy.ShouldBe(action == TimeoutAction.PostCopy ? true : null);
        change.Suspend.ShouldBe(action == TimeoutAction.Suspend ? true : null);
    }

    [Fact]
    public void Should_abort_by_policy_when_the_timeout_asks_for_that()
    {
        var options = new MigrationOptions { Timeout = TimeSpan.FromSeconds(30), TimeoutAction = TimeoutAction.Abort };
        var flight = new FlightDriver(options).Started().Wait(TimeSpan.FromSeconds(31));
        flight.Answer(flight.Last<AbortJob>()).JobEnds(JobResult.Cancelled).Report(Given.Source, VmStatus.Up);
        flight.Answer(flight.Last<CleanUpIncoming>());
        flight.State.Outcome.ShouldBe(MigrationOutcome.AbortedByPolicy);
    }

    [Fact]
    public void Should_ignore_events_of_another_attempt()
    {
        var flight = new FlightDriver().Started();
        flight.Tell(new EventReceived(new JobEnded
        {
            Host = Given.Source,
            MigrationId = flight.State.Id,
            Epoch = new Epoch(3),
            VmId = Given.Vm,
            At = flight.Now,
            Result = JobResult.Failed,
            Error = "old",
        }));
        flight.State.JobEnd.ShouldBeNull();
    }

    [Fact]
    public void Should_want_nothing_more_once_it_has_ended()
    {
        var flight = new FlightDriver().Started().JobEnds(JobResult.Completed).Both(null, VmStatus.Up);
        FlightTimers.NextDue(flight.State).ShouldBeNull();
        var said = flight.Outputs.Count;
        flight.Abort().JobEnds(JobResult.Failed).Both(VmStatus.Up, null);
        flight.Outputs.Count.ShouldBe(said);
        flight.State.Outcome.ShouldBe(MigrationOutcome.Completed);
    }

    [Fact]
    public void Should_wait_no_longer_than_meant_when_the_clock_was_set_back_over_a_restart()
    {
        var flight = new FlightDriver().Wait(TimeSpan.FromMinutes(1));
        flight.SetBack(TimeSpan.FromHours(1));
        flight.Tell(new TimeCame());
        flight.State.PhaseSince.ShouldBeLessThan(flight.Now);
        flight.Wait(FlightTimers.PrepareTimeout + FlightTimers.CleanUpPatience);
        flight.State.Outcome.ShouldBe(MigrationOutcome.TimedOut);
    }
}
