using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Vms;

namespace Mesh.Migrations.Tests;

public sealed class When_a_host_is_fenced
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private static FlightDriver Flying() => new FlightDriver().Started().Both(VmStatus.MigratingFrom, VmStatus.MigratingTo);

    [Fact]
    public void Should_find_the_machine_on_the_destination_when_the_silent_source_is_off()
    {
        var flight = Flying().Report(Given.Destination, VmStatus.Up).Wait(TimeSpan.FromHours(1));
        flight.State.HasEnded.ShouldBeFalse("the source's last word is that it migrates");

        flight.Fence(Given.Source).Wait(Second).Report(Given.Destination, VmStatus.Up).Wait(FlightTimers.VerdictGrace * 2);
        flight.State.Outcome.ShouldBe(MigrationOutcome.Completed);
        flight.State.Reason.ShouldContain("fenced");
    }

    [Fact]
    public void Should_name_the_machine_lost_when_it_died_with_the_source()
    {
        var flight = Flying().Fence(Given.Source).Report(Given.Destination, null)
            .Wait(Second).Report(Given.Destination, null).Wait(FlightTimers.VerdictGrace * 2);
        flight.State.Outcome.ShouldBe(MigrationOutcome.Lost);
    }

    [Fact]
    public void Should_remove_what_waits_on_the_destination_for_memory_that_cannot_come()
    {
        var flight = Flying().Fence(Given.Source).Wait(FlightTimers.DoubtfulVerdictGrace + Second);
        flight.Answer(flight.Last<CleanUpIncoming>());
        flight.State.Outcome.ShouldBe(MigrationOutcome.Lost);
    }

    [Fact]
    public void Should_see_to_it_that_a_start_under_way_never_begins_when_the_destination_is_fenced()
    {
        var flight = new FlightDriver().Prepared().Fence(Given.Destination);
        flight.Answer(flight.Last<AbortJob>());
        flight.State.Outcome.ShouldBe(MigrationOutcome.Failed);
        flight.State.Reason.ShouldContain("was fenced by tester before hosta had begun");
    }

    [Fact]
    public void Should_not_believe_the_fencing_when_the_machine_runs_on_the_destination_since()
    {
        var flight = new FlightDriver().Prepared().Fence(Given.Destination);
        flight.Answer(flight.Last<AbortJob>(), CommandResult.Refused, new Refusal(RefusalCode.Hypervisor, "the migration has completed"));
        flight.Report(Given.Source, null).Wait(FlightTimers.DoubtfulVerdictGrace * 2).Report(Given.Source, null);
        flight.State.HasEnded.ShouldBeFalse("the destination has yet to speak");

        for (var second = 0; second < 60 && !flight.State.HasEnded; second++)
            flight.Wait(Second).Report(Given.Source, null).Report(Given.Destination, VmStatus.Up, agentEpoch: 2);
        flight.State.Outcome.ShouldBe(MigrationOutcome.Completed);
    }

    [Fact]
    public void Should_never_clean_up_where_the_machine_runs_by_post_copy()
    {
        var flight = Flying().Report(Given.Source, VmStatus.MigratingFrom, FlightDriver.Of(JobPhase.PostCopy)).Fence(Given.Source).Wait(TimeSpan.FromHours(1));
        flight.Commands.ShouldNotContain(command => command is CleanUpIncoming);

        flight.Report(Given.Destination, VmStatus.PostCopyFailed).Wait(Second).Report(Given.Destination, VmStatus.PostCopyFailed).Wait(FlightTimers.VerdictGrace * 2);
        flight.State.Outcome.ShouldBe(MigrationOutcome.Lost);
        flight.State.Reason.ShouldContain("died with hosta");
    }

    [Fact]
    public void Should_abort_a_copy_to_a_destination_that_is_off_and_try_the_next_host()
    {
        var flight = FlightDriver.WithAlternatives(Given.Third).Started().Both(VmStatus.MigratingFrom, VmStatus.MigratingTo).Fence(Given.Destination);
        flight.State.Phase.ShouldBe(MigrationPhase.PreCopy);
        flight.Answer(flight.Last<AbortJob>());

        // libvirt waits for a dead host for minutes, whatever it is told; the agent's limits pass meanwhile.
        flight.ReachesLimit(HardLimit.CompletionTimeout, 122);
        flight.JobEnds(JobResult.Cancelled, "canceled by client").Report(Given.Source, VmStatus.Up);
        flight.State.Destination.ShouldBe(Given.Third, "the failure was the host's");
        flight.State.AbortWish.ShouldBeNull();
        flight.State.FailedAttempts.ShouldHaveSingleItem().Failure.ShouldContain("was fenced by tester while the machine was being copied there");

        flight.Prepared().Answer(flight.Last<StartMigration>()).Abort();
        flight.State.AbortWish!.Cause.ShouldBe(AbortCause.Operator);
    }

    [Fact]
    public void Should_fail_a_copy_to_a_destination_that_is_off_if_no_other_host_may_take_it()
    {
        var flight = Flying().Fence(Given.Destination).JobEnds(JobResult.Cancelled).Report(Given.Source, VmStatus.Up);
        flight.State.Outcome.ShouldBe(MigrationOutcome.Failed);
        flight.State.Reason.ShouldContain("was fenced by tester");
        Flight.AnswerToAbort(flight.State).Result.ShouldBe(AbortResult.AlreadyEnded);
    }

    [Fact]
    public void Should_abort_for_good_when_a_person_wants_that_after_the_destination_was_fenced()
    {
        var flight = FlightDriver.WithAlternatives(Given.Third).Started().Both(VmStatus.MigratingFrom, VmStatus.MigratingTo).Fence(Given.Destination).Abort();
        Flight.AnswerToAbort(flight.State).ShouldBe(new AbortAnswer(AbortResult.Aborting, "aborted by tester"));
        flight.JobEnds(JobResult.Cancelled).Report(Given.Source, VmStatus.Up);
        flight.State.Outcome.ShouldBe(MigrationOutcome.AbortedByOperator);
    }

    [Fact]
    public void Should_not_wait_for_the_clean_up_of_a_destination_that_is_off()
    {
        var flight = Flying().JobEnds(JobResult.Failed, "link lost").Report(Given.Source, VmStatus.Up);
        flight.State.HasEnded.ShouldBeFalse();

        flight.Fence(Given.Destination);
        flight.State.Outcome.ShouldBe(MigrationOutcome.Failed);
        flight.State.Reason.ShouldBe("link lost");
    }

    [Fact]
    public void Should_never_resume_a_source_whose_machine_has_run_on_a_destination_that_is_off()
    {
        var flight = Flying().Report(Given.Source, VmStatus.MigratingFrom, FlightDriver.Of(JobPhase.PostCopy))
            .Report(Given.Source, VmStatus.PostCopyFailed).Fence(Given.Destination)
            .Wait(Second).Report(Given.Source, VmStatus.PostCopyFailed).Wait(FlightTimers.VerdictGrace * 2);
        flight.State.Outcome.ShouldBe(MigrationOutcome.Lost);
        flight.Commands.ShouldNotContain(command => command is ResumeOnSource);
    }

    [Fact]
    public void Should_end_at_once_when_both_hosts_are_off() =>
        Flying().Fence(Given.Source).Fence(Given.Destination).State.Outcome.ShouldBe(MigrationOutcome.Lost);

    [Fact]
    public void Should_end_a_migration_that_was_only_being_prepared()
    {
        foreach (var (host, outcome) in new[] { (Given.Destination, MigrationOutcome.Failed), (Given.Source, MigrationOutcome.Lost) })
        {
            var flight = new FlightDriver().Fence(host);
            flight.State.Outcome.ShouldBe(outcome);
            flight.Commands.ShouldContain(command => command is CleanUpIncoming, "what is prepared on the destination is not to stay");
        }
    }

    [Fact]
    public void Should_not_be_moved_by_the_fencing_of_another_host()
    {
        var flight = Flying();
        var before = flight.State;
        flight.Fence(Given.Third).State.ShouldBe(before);
    }

    [Fact]
    public void Should_believe_the_host_again_once_it_is_back()
    {
        var flight = Flying().Fence(Given.Source).Report(Given.Source, null, agentEpoch: 2);
        flight.State.SourceWord!.IsFenced.ShouldBeFalse();
    }
}
