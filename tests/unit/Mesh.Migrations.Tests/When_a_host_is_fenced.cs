using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Vms;

namespace Mesh.Migrations.Tests;

public sealed class When_a_host_is_fenced
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private static MigrationDriver Copying() => new MigrationDriver().Started().ReportBoth(VmStatus.MigratingFrom, VmStatus.MigratingTo);

    [Fact]
    public void Should_find_the_VM_on_the_destination_when_the_unresponsive_source_is_off()
    {
        var migration = Copying().Report(Given.Destination, VmStatus.Up).Wait(TimeSpan.FromHours(1));
        migration.State.HasEnded.ShouldBeFalse("the source last reported that it migrates the VM");

        migration.Fence(Given.Source).Wait(Second).Report(Given.Destination, VmStatus.Up).Wait(MigrationTimers.LocationGrace * 2);
        migration.State.Outcome.ShouldBe(MigrationOutcome.Completed);
        migration.State.Reason.ShouldContain("fenced");
    }

    [Fact]
    public void Should_end_as_lost_when_the_VM_died_with_the_source()
    {
        var migration = Copying().Fence(Given.Source).Report(Given.Destination, null)
            .Wait(Second).Report(Given.Destination, null).Wait(MigrationTimers.LocationGrace * 2);
        migration.State.Outcome.ShouldBe(MigrationOutcome.Lost);
    }

    [Fact]
    public void Should_remove_the_incoming_VM_whose_memory_cannot_arrive()
    {
        var migration = Copying().Fence(Given.Source).Wait(MigrationTimers.DoubtfulLocationGrace + Second);
        migration.Answer(migration.Last<CleanUpIncoming>());
        migration.State.Outcome.ShouldBe(MigrationOutcome.Lost);
    }

    [Fact]
    public void Should_prevent_a_pending_start_when_the_destination_is_fenced()
    {
        var migration = new MigrationDriver().Prepared().Fence(Given.Destination);
        migration.Answer(migration.Last<AbortJob>());
        migration.State.Outcome.ShouldBe(MigrationOutcome.Failed);
        migration.State.Reason.ShouldContain("was fenced by tester before hosta had started");
    }

    [Fact]
    public void Should_not_clean_up_after_fencing_when_the_VM_runs_on_the_destination()
    {
        var migration = new MigrationDriver().Prepared().Fence(Given.Destination);
        migration.Answer(migration.Last<AbortJob>(), CommandResult.Rejected, new Refusal(RefusalCode.HypervisorError, "the migration has completed"));
        migration.Report(Given.Source, null).Wait(MigrationTimers.DoubtfulLocationGrace * 2).Report(Given.Source, null);
        migration.State.HasEnded.ShouldBeFalse("the destination has not reported yet");

        for (var second = 0; second < 60 && !migration.State.HasEnded; second++)
            migration.Wait(Second).Report(Given.Source, null).Report(Given.Destination, VmStatus.Up, agentEpoch: 2);
        migration.State.Outcome.ShouldBe(MigrationOutcome.Completed);
    }

    [Fact]
    public void Should_never_clean_up_where_the_VM_runs_by_post_copy()
    {
        var migration = Copying().Report(Given.Source, VmStatus.MigratingFrom, MigrationDriver.CreateSample(JobPhase.PostCopy)).Fence(Given.Source).Wait(TimeSpan.FromHours(1));
        migration.Commands.ShouldNotContain(command => command is CleanUpIncoming);

        migration.Report(Given.Destination, VmStatus.PostCopyFailed).Wait(Second).Report(Given.Destination, VmStatus.PostCopyFailed).Wait(MigrationTimers.LocationGrace * 2);
        migration.State.Outcome.ShouldBe(MigrationOutcome.Lost);
        migration.State.Reason.ShouldContain("lost with hosta");
    }

    [Fact]
    public void Should_abort_a_copy_to_a_destination_that_is_off_and_try_the_next_host()
    {
        var migration = MigrationDriver.WithAlternatives(Given.Third).Started().ReportBoth(VmStatus.MigratingFrom, VmStatus.MigratingTo).Fence(Given.Destination);
        migration.State.Phase.ShouldBe(MigrationPhase.PreCopy);
        migration.Answer(migration.Last<AbortJob>());

        // libvirt waits minutes for a dead host; the agent's limits expire meanwhile.
        migration.ReachesLimit(HardLimit.CompletionTimeout, 122);
        migration.JobEnds(JobResult.Cancelled, "canceled by client").Report(Given.Source, VmStatus.Up);
        migration.State.Destination.ShouldBe(Given.Third, "the host caused the failure");
        migration.State.AbortRequest.ShouldBeNull();
        migration.State.FailedAttempts.ShouldHaveSingleItem().Failure.ShouldContain("was fenced by tester while the VM was being copied there");

        migration.Prepared().Answer(migration.Last<StartMigration>()).Abort();
        migration.State.AbortRequest!.Cause.ShouldBe(AbortCause.Operator);
    }

    [Fact]
    public void Should_fail_a_copy_to_a_destination_that_is_off_if_no_other_host_is_allowed()
    {
        var migration = Copying().Fence(Given.Destination).JobEnds(JobResult.Cancelled).Report(Given.Source, VmStatus.Up);
        migration.State.Outcome.ShouldBe(MigrationOutcome.Failed);
        migration.State.Reason.ShouldContain("was fenced by tester");
        MigrationStateMachine.AnswerToAbort(migration.State).Result.ShouldBe(AbortResult.AlreadyEnded);
    }

    [Fact]
    public void Should_abort_finally_when_an_operator_requests_it_after_the_destination_was_fenced()
    {
        var migration = MigrationDriver.WithAlternatives(Given.Third).Started().ReportBoth(VmStatus.MigratingFrom, VmStatus.MigratingTo).Fence(Given.Destination).Abort();
        MigrationStateMachine.AnswerToAbort(migration.State).ShouldBe(new AbortAnswer(AbortResult.Aborting, "aborted by tester"));
        migration.JobEnds(JobResult.Cancelled).Report(Given.Source, VmStatus.Up);
        migration.State.Outcome.ShouldBe(MigrationOutcome.AbortedByOperator);
    }

    [Fact]
    public void Should_not_wait_for_the_clean_up_of_a_destination_that_is_off()
    {
        var migration = Copying().JobEnds(JobResult.Failed, "link lost").Report(Given.Source, VmStatus.Up);
        migration.State.HasEnded.ShouldBeFalse();

        migration.Fence(Given.Destination);
        migration.State.Outcome.ShouldBe(MigrationOutcome.Failed);
        migration.State.Reason.ShouldBe("link lost");
    }

    [Fact]
    public void Should_never_resume_a_source_whose_VM_has_run_on_a_destination_that_is_off()
    {
        var migration = Copying().Report(Given.Source, VmStatus.MigratingFrom, MigrationDriver.CreateSample(JobPhase.PostCopy))
            .Report(Given.Source, VmStatus.PostCopyFailed).Fence(Given.Destination)
            .Wait(Second).Report(Given.Source, VmStatus.PostCopyFailed).Wait(MigrationTimers.LocationGrace * 2);
        migration.State.Outcome.ShouldBe(MigrationOutcome.Lost);
        migration.Commands.ShouldNotContain(command => command is ResumeOnSource);
    }

    [Fact]
    public void Should_end_at_once_when_both_hosts_are_off() =>
        Copying().Fence(Given.Source).Fence(Given.Destination).State.Outcome.ShouldBe(MigrationOutcome.Lost);

    [Fact]
    public void Should_end_a_migration_that_was_only_being_prepared()
    {
        foreach (var (host, outcome) in new[] { (Given.Destination, MigrationOutcome.Failed), (Given.Source, MigrationOutcome.Lost) })
        {
            var migration = new MigrationDriver().Fence(host);
            migration.State.Outcome.ShouldBe(outcome);
            migration.Commands.ShouldContain(command => command is CleanUpIncoming, "what was prepared on the destination must be removed");
        }
    }

    [Fact]
    public void Should_ignore_the_fencing_of_another_host()
    {
        var migration = Copying();
        var before = migration.State;
        migration.Fence(Given.Third).State.ShouldBe(before);
    }

    [Fact]
    public void Should_trust_the_host_again_once_it_is_back()
    {
        var migration = Copying().Fence(Given.Source).Report(Given.Source, null, agentEpoch: 2);
        migration.State.SourceObservation!.IsFenced.ShouldBeFalse();
    }
}
