using Mesh.Contracts.Agents;
using Mesh.Contracts.Events;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Migrations.Tests;

public sealed class When_the_next_host_is_tried
{
    private static FlightDriver Failed(params HostName[] alternatives)
    {
        var flight = FlightDriver.WithAlternatives(alternatives).Started().Both(VmStatus.MigratingFrom, VmStatus.MigratingTo)
            .JobEnds(JobResult.Failed, "link lost").Both(VmStatus.Up, null);
        return flight.Answer(flight.Last<CleanUpIncoming>());
    }

    [Fact]
    public void Should_try_it_when_the_machine_is_up_on_the_source_and_down_on_the_destination()
    {
        var flight = Failed(Given.Third);
        flight.State.HasEnded.ShouldBeFalse();
        flight.State.Destination.ShouldBe(Given.Third);
        flight.State.FailedAttempts.ShouldBe([new FailedAttempt(Given.Destination, "link lost", Given.Epoch)]);
        (flight.State.Epoch > Given.Epoch).ShouldBeTrue();
        flight.Last<PrepareIncoming>().Epoch.ShouldBe(flight.State.Epoch);

        var told = flight.Events.OfType<MigrationRerun>().ShouldHaveSingleItem();
        (told.Destination, told.Next, told.Failure, told.Attempt).ShouldBe((Given.Destination, Given.Third, "link lost", 2));

        flight.Prepared().Answer(flight.Last<StartMigration>()).JobEnds(JobResult.Completed).Both(null, VmStatus.Up);
        flight.State.Outcome.ShouldBeNull("the first destination's word says nothing of the second");
        flight.Report(Given.Third, VmStatus.Up);
        flight.State.Outcome.ShouldBe(MigrationOutcome.Completed);
        flight.Last<StartMigration>().Destination.ShouldBe(Given.Third);
    }

    [Fact]
    public void Should_try_it_when_a_destination_cannot_prepare()
    {
        var flight = FlightDriver.WithAlternatives(Given.Third);
        flight.Answer(flight.Last<PrepareIncoming>(), CommandResult.Refused, new Refusal(RefusalCode.Storage, "no room"));
        flight.State.Destination.ShouldBe(Given.Third);

        flight = FlightDriver.WithAlternatives(Given.Third).Wait(FlightTimers.PrepareTimeout);
        flight.State.Destination.ShouldBe(Given.Third);
        flight.Commands.OfType<CleanUpIncoming>().ShouldHaveSingleItem();
    }

    [Fact]
    public void Should_try_it_when_the_destination_was_fenced()
    {
        var flight = FlightDriver.WithAlternatives(Given.Third).Fence(Given.Destination);
        flight.State.Destination.ShouldBe(Given.Third);
    }

    [Fact]
    public void Should_fail_when_no_host_is_left()
    {
        var flight = Failed(Given.Third);
        flight.Answer(flight.Last<PrepareIncoming>(), CommandResult.Refused, new Refusal(RefusalCode.Storage, "no room"));
        flight.State.Outcome.ShouldBe(MigrationOutcome.Failed, "something was started before");
        flight.State.FailedAttempts.Count.ShouldBe(1);
    }

    [Fact]
    public void Should_try_three_hosts_and_no_more()
    {
        var fifth = new HostName("hoste");
        var flight = FlightDriver.WithAlternatives(Given.Third, Given.Fourth, fifth);
        for (var attempt = 1; attempt <= Reruns.HostsTriedMax; attempt++)
            flight.Answer(flight.Last<PrepareIncoming>(), CommandResult.Failed, new Refusal(RefusalCode.Hypervisor, "no"));
        flight.State.Outcome.ShouldBe(MigrationOutcome.Failed);
        flight.State.FailedAttempts.Select(attempt => attempt.Destination).ShouldBe([Given.Destination, Given.Third]);
        flight.State.Destination.ShouldBe(Given.Fourth);
    }

    [Fact]
    public void Should_not_try_it_against_a_persons_wish_or_for_a_machine_that_does_not_converge()
    {
        var aborted = FlightDriver.WithAlternatives(Given.Third).Started().Abort().JobEnds(JobResult.Cancelled).Both(VmStatus.Up, null);
        aborted.Answer(aborted.Last<CleanUpIncoming>()).State.Outcome.ShouldBe(MigrationOutcome.AbortedByOperator);

        var outside = FlightDriver.WithAlternatives(Given.Third).Started().JobEnds(JobResult.Cancelled).Both(VmStatus.Up, null);
        outside.Answer(outside.Last<CleanUpIncoming>()).State.Outcome.ShouldBe(MigrationOutcome.Failed);

        var unwilling = FlightDriver.WithAlternatives(Given.Third).Prepared();
        unwilling.Answer(unwilling.Last<StartMigration>(), CommandResult.Refused, new Refusal(RefusalCode.VmNotRunning, "g1 is shut off"));
        unwilling.Answer(unwilling.Last<CleanUpIncoming>()).State.Outcome.ShouldBe(MigrationOutcome.Failed, "it was the source that refused");
    }

    [Fact]
    public void Should_ask_for_an_epoch_at_once_and_be_abortable_meanwhile()
    {
        var flight = FlightDriver.WithAlternatives(Given.Third);
        flight.IsToBeGivenEpochs = false;
        flight.Answer(flight.Last<PrepareIncoming>(), CommandResult.Failed, new Refusal(RefusalCode.Hypervisor, "no"));
        flight.State.AwaitsEpoch.ShouldBeTrue();
        FlightTimers.NextDue(flight.State).ShouldBe(flight.Now);

        flight.Abort().State.Outcome.ShouldBe(MigrationOutcome.AbortedByOperator);
    }

    [Fact]
    public void Should_pass_over_hosts_that_cannot_be_destinations_at_all()
    {
        var facts = new MigrationFacts(
            [new LocatedVm(Given.Source, Given.Machine())],
            [Given.Fit(Given.Destination) with { Health = HostHealth.Unresponsive }, Given.Fit(Given.Third), Given.Fit(Given.Fourth)]);
        var flight = new FlightDriver(facts: facts);
        flight.State.Destination.ShouldBe(Given.Third);
        flight.State.Alternatives.ShouldBe([Given.Fourth]);
        flight.State.FailedAttempts.ShouldHaveSingleItem().Epoch.ShouldBeNull();
    }

    [Fact]
    public void Should_refuse_with_the_reasons_of_every_host_when_none_can()
    {
        var facts = new MigrationFacts(
            [new LocatedVm(Given.Source, Given.Machine())],
            [Given.Fit(Given.Destination) with { Health = HostHealth.Unresponsive }, Given.Fit(Given.Third) with { Inventory = null }]);
        new FlightDriver(facts: facts).State.Refusals.Select(refusal => refusal.Code).ShouldBe([RefusalCode.HostNotUp, RefusalCode.UnknownHost]);
    }

    [Fact]
    public void Should_not_be_misled_by_what_the_attempt_before_still_has_to_say()
    {
        var flight = Failed(Given.Third);
        var before = flight.State;
        flight.Tell(new EventReceived(new JobEnded
        {
            EventId = new("late"),
            Host = Given.Source,
            MigrationId = before.Id,
            Epoch = Given.Epoch,
            VmId = Given.Vm,
            At = flight.Now,
            Result = JobResult.Completed,
            Error = "",
        }));
        flight.State.JobEnd.ShouldBeNull();
    }
}
