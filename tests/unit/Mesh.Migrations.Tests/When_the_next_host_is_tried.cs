using Mesh.Contracts.Agents;
using Mesh.Contracts.Events;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Telemetry;
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
        flight.State.FailedAttempts.ShouldBe([new FailedAttempt(Given.Destination, "link lost", Given.Epoch, flight.Now)]);
        (flight.State.Epoch > Given.Epoch).ShouldBeTrue();
        flight.Last<PrepareIncoming>().Epoch.ShouldBe(flight.State.Epoch);

        var told = flight.Events.OfType<MigrationRerun>().ShouldHaveSingleItem();
        (told.Destination, told.Failure, told.Attempt).ShouldBe((Given.Destination, "link lost", 2));

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
    public void Should_wait_for_the_scheduler_without_a_host_of_its_own_choice()
    {
        var flight = FlightDriver.WithAlternatives(Given.Third);
        flight.IsAdmittedAtOnce = false;
        flight.Wait(TimeSpan.FromSeconds(1)).Answer(flight.Last<PrepareIncoming>(), CommandResult.Failed, new Refusal(RefusalCode.Hypervisor, "no"));

        var state = flight.State;
        (state.Phase, state.Attempt, state.Destination, state.QueuedAt).ShouldBe((MigrationPhase.Queued, 2, null, flight.Now));
        (state.MayTransfer, state.Share, state.Choice, state.Outstanding.Count).ShouldBe((false, null, null, 0));
        state.Reason.ShouldBe("hostb failed (hostb cannot take the machine: no); waits for another host");
        FlightTimers.NextDue(state).ShouldBeNull("time alone changes nothing");
        flight.Abort().State.Outcome.ShouldBe(MigrationOutcome.AbortedByOperator);
    }

    public static TheoryData<int?, int> HostsTried => new() { { null, Reruns.HostsTriedMax }, { 1, 1 }, { 2, 2 }, { 4, 4 } };

    [Theory]
    [MemberData(nameof(HostsTried))]
    public void Should_try_as_many_hosts_as_the_request_says(int? asked, int tried)
    {
        var request = Given.Request(alternatives: [Given.Third, Given.Fourth, new("hoste"), new("hostf")]) with { HostsTriedMax = asked };
        var flight = new FlightDriver(request);
        while (!flight.State.HasEnded)
            flight.Answer(flight.Last<PrepareIncoming>(), CommandResult.Failed, new Refusal(RefusalCode.Hypervisor, "no"));
        flight.Commands.OfType<PrepareIncoming>().Count().ShouldBe(tried);
    }

    [Fact]
    public void Should_never_go_elsewhere_with_a_machine_that_is_meant_for_one_host()
    {
        var flight = new FlightDriver(Given.Request() with { HostsTriedMax = 5 }).Started().JobEnds(JobResult.Failed, "link lost").Both(VmStatus.Up, null);
        flight.Answer(flight.Last<CleanUpIncoming>()).State.Outcome.ShouldBe(MigrationOutcome.Failed);
        flight.Events.ShouldNotContain(told => told is MigrationRerun);
    }

    [Fact]
    public void Should_not_count_the_source_as_another_host()
    {
        var flight = new FlightDriver(Given.Request(alternatives: Given.Source));
        flight.Answer(flight.Last<PrepareIncoming>(), CommandResult.Refused, new Refusal(RefusalCode.Storage, "no room"));
        flight.State.Outcome.ShouldBe(MigrationOutcome.Refused);
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

    [Fact]
    public void Should_not_be_moved_while_it_waits_by_what_the_attempt_before_still_has_to_say()
    {
        var flight = FlightDriver.WithAlternatives(Given.Third).Started();
        flight.IsAdmittedAtOnce = false;
        flight.JobEnds(JobResult.Failed, "link lost").Both(VmStatus.Up, null).Answer(flight.Last<CleanUpIncoming>());
        var waits = flight.State;

        flight.JobEnds(JobResult.Completed).Report(Given.Source, VmStatus.MigratingFrom, flight.Sample()).Answer(flight.Last<StartMigration>());
        flight.ReachesLimit(HardLimit.ProgressTimeout, 150);
        flight.State.ShouldBe(waits);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    public void Should_try_it_after_a_limit_only_if_not_a_byte_had_gone_out(long sentMebibytes, bool isFinal)
    {
        var flight = FlightDriver.WithAlternatives(Given.Third).Started();
        var sample = flight.Sample() with { Memory = new TransferProgress(Bytes.FromGibibytes(1), Bytes.FromGibibytes(1), Bytes.FromMebibytes(sentMebibytes)) };
        flight.Report(Given.Source, VmStatus.MigratingFrom, sample).ReachesLimit(HardLimit.CompletionTimeout, 122);
        flight.JobEnds(JobResult.Cancelled).Both(VmStatus.Up, null).Answer(flight.Last<CleanUpIncoming>());

        flight.State.Outcome.ShouldBe(isFinal ? MigrationOutcome.TimedOut : null);
        flight.State.Destination.ShouldBe(isFinal ? Given.Destination : Given.Third);
    }
}
