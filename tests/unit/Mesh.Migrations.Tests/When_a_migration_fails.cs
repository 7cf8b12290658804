using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Vms;

namespace Mesh.Migrations.Tests;

public sealed class When_a_migration_fails
{
    [Fact]
    public void Should_end_refused_when_the_destination_refuses()
    {
        var migration = new MigrationDriver();
        migration.Answer(migration.Last<PrepareIncoming>(), CommandResult.Rejected, new Refusal(RefusalCode.StorageError, "not enough space for vda"));

        migration.State.Outcome.ShouldBe(MigrationOutcome.Refused);
        migration.State.Reason.ShouldContain("not enough space for vda");
        migration.Commands.ShouldNotContain(command => command is StartMigration);
    }

    [Fact]
    public void Should_clean_up_when_the_source_does_not_start()
    {
        var migration = new MigrationDriver().Prepared();
        migration.Answer(migration.Last<StartMigration>(), CommandResult.Rejected, new Refusal(RefusalCode.VmNotRunning, "g1 is shut off"));
        migration.State.Phase.ShouldBe(MigrationPhase.CleaningUp);

        migration.Answer(migration.Last<CleanUpIncoming>());
        migration.State.Outcome.ShouldBe(MigrationOutcome.Failed);
        migration.State.Reason.ShouldContain("g1 is shut off");
    }

    [Fact]
    public void Should_prevent_a_late_start_before_it_ends_because_another_copy_of_the_command_may_still_come()
    {
        var migration = new MigrationDriver().Prepared();
        migration.Answer(migration.Last<StartMigration>(), CommandResult.Failed, new Refusal(RefusalCode.StorageError, "the agent cannot write its state"));
        migration.ReportBoth(VmStatus.Up, null).Commands.ShouldNotContain(command => command is CleanUpIncoming);

        migration.Answer(migration.Last<AbortJob>(), CommandResult.Failed, new Refusal(RefusalCode.StorageError, "the agent still cannot write its state"));
        migration.Wait(TimeSpan.FromMinutes(1)).Answer(migration.Last<AbortJob>());
        migration.Answer(migration.Last<CleanUpIncoming>());
        migration.State.Outcome.ShouldBe(MigrationOutcome.Failed);
        migration.State.Reason.ShouldContain("cannot write its state");
    }

    [Fact]
    public void Should_rely_on_the_reports_when_a_start_took_place_although_it_was_answered_as_failed()
    {
        var migration = new MigrationDriver().Prepared();
        migration.Answer(migration.Last<StartMigration>(), CommandResult.Failed, new Refusal(RefusalCode.StorageError, "the agent cannot write its state"));
        migration.Answer(migration.Last<AbortJob>(), CommandResult.Rejected, new Refusal(RefusalCode.HypervisorError, "the migration has completed"));
        migration.ReportBoth(null, VmStatus.Up).Wait(MigrationTimers.LocationGrace / 2).ReportBoth(null, VmStatus.Up).Wait(MigrationTimers.LocationGrace * 2);
        migration.State.Outcome.ShouldBe(MigrationOutcome.Completed);
    }

    [Fact]
    public void Should_not_announce_failure_before_the_source_runs_the_VM_and_the_destination_is_clean()
    {
        var migration = new MigrationDriver().Started().ReportBoth(VmStatus.MigratingFrom, VmStatus.MigratingTo).JobEnds(JobResult.Failed, "link lost");
        migration.State.Phase.ShouldBe(MigrationPhase.Confirming);

        migration.Report(Given.Source, VmStatus.Up);
        migration.State.Phase.ShouldBe(MigrationPhase.CleaningUp);

        migration.Answer(migration.Last<CleanUpIncoming>());
        migration.State.Outcome.ShouldBe(MigrationOutcome.Failed);
        migration.State.Reason.ShouldBe("link lost");
    }

    [Fact]
    public void Should_not_take_a_report_from_before_the_jobs_end_for_one_after_it()
    {
        var migration = new MigrationDriver().Started().JobEnds(JobResult.Failed, "link lost");
        migration.Apply(new ReportReceived(Given.Source, 1, 500, true, new VmStatusReport(Given.Vm, "g1", VmStatus.Up, ""), null, At: migration.Now - TimeSpan.FromSeconds(9)));
        migration.State.Phase.ShouldBe(MigrationPhase.Confirming, "the report is older than the end of the job");
    }

    [Fact]
    public void Should_wait_for_a_destination_that_cannot_clean_up_yet_and_retry()
    {
        var migration = new MigrationDriver().Started().JobEnds(JobResult.Failed, "link lost").Report(Given.Source, VmStatus.Up);
        migration.Answer(migration.Last<CleanUpIncoming>(), CommandResult.Failed, new Refusal(RefusalCode.HypervisorError, "libvirt does not respond"));
        migration.State.Phase.ShouldBe(MigrationPhase.CleaningUp);
        migration.State.Reason.ShouldContain("libvirt does not respond");

        migration.Wait(TimeSpan.FromHours(1));
        migration.State.HasEnded.ShouldBeFalse();
        migration.Answer(migration.Last<CleanUpIncoming>());
        migration.State.Outcome.ShouldBe(MigrationOutcome.Failed);
    }

    [Fact]
    public void Should_end_as_lost_only_when_both_hosts_report_it_repeatedly()
    {
        var migration = new MigrationDriver().Started().ReportBoth(null, null);
        migration.State.HasEnded.ShouldBeFalse();
        migration.Wait(MigrationTimers.DoubtfulLocationGrace * 3);
        migration.State.HasEnded.ShouldBeFalse("the hosts have not reported again");

        migration.Wait(TimeSpan.FromSeconds(1)).ReportBoth(null, null).Wait(MigrationTimers.DoubtfulLocationGrace * 2);
        migration.State.Outcome.ShouldBe(MigrationOutcome.Lost);
    }

    [Fact]
    public void Should_not_end_as_lost_when_the_reports_of_a_fast_migration_cross()
    {
        var migration = new MigrationDriver().Started().Report(Given.Destination, null).Report(Given.Source, null).JobEnds(JobResult.Completed);
        migration.State.HasEnded.ShouldBeFalse();

        migration.Report(Given.Destination, VmStatus.Up);
        migration.State.Outcome.ShouldBe(MigrationOutcome.Completed);
    }

    [Fact]
    public void Should_notice_a_migration_that_the_source_no_longer_knows()
    {
        var migration = new MigrationDriver().Started().ReportBoth(VmStatus.MigratingFrom, VmStatus.MigratingTo).ReportBoth(VmStatus.Up, null)
            .Wait(MigrationTimers.LocationGrace / 2).ReportBoth(VmStatus.Up, null).Wait(MigrationTimers.LocationGrace);
        migration.State.Phase.ShouldBe(MigrationPhase.CleaningUp);

        migration.Answer(migration.Last<CleanUpIncoming>());
        migration.State.Outcome.ShouldBe(MigrationOutcome.Failed);
        migration.State.Reason.ShouldContain("no longer reports");
    }

    [Fact]
    public void Should_not_take_reports_from_before_the_job_for_its_end()
    {
        var migration = new MigrationDriver().Started().ReportBoth(VmStatus.Up, null)
            .Wait(MigrationTimers.LocationGrace / 2).ReportBoth(VmStatus.Up, null).Wait(MigrationTimers.LocationGrace * 3);
        migration.State.Phase.ShouldBe(MigrationPhase.PreCopy);
    }

    [Fact]
    public void Should_find_the_VM_on_the_destination_even_when_the_clean_up_had_started()
    {
        var migration = new MigrationDriver().Started().JobEnds(JobResult.Failed, "link lost").Report(Given.Source, VmStatus.Up);
        migration.State.Phase.ShouldBe(MigrationPhase.CleaningUp);
        migration.Answer(migration.Last<CleanUpIncoming>(), CommandResult.Rejected, new Refusal(RefusalCode.VmExistsOnDestination, "it runs here"));

        migration.ReportBoth(null, VmStatus.Up).Wait(MigrationTimers.LocationGrace / 2).ReportBoth(null, VmStatus.Up).Wait(MigrationTimers.LocationGrace);
        migration.State.Outcome.ShouldBe(MigrationOutcome.Completed);
    }

    [Fact]
    public void Should_wait_indefinitely_for_an_unresponsive_source()
    {
        var migration = new MigrationDriver().Started().ReportBoth(VmStatus.MigratingFrom, VmStatus.MigratingTo);
        migration.Wait(TimeSpan.FromDays(1));
        migration.State.HasEnded.ShouldBeFalse();
        migration.State.Phase.ShouldBe(MigrationPhase.PreCopy);
    }

    [Fact]
    public void Should_give_up_a_destination_that_never_prepares()
    {
        var migration = new MigrationDriver().Wait(MigrationTimers.PrepareTimeout + MigrationTimers.CleanUpTimeout);
        migration.State.Outcome.ShouldBe(MigrationOutcome.TimedOut);
        migration.State.Reason.ShouldContain("hostb did not prepare");
    }

    [Fact]
    public void Should_enforce_the_completion_timeout_itself_when_the_agent_no_longer_tracks_the_job()
    {
        var limits = new MigrationLimits { CompletionTimeout = TimeSpan.FromMinutes(10) };
        var migration = new MigrationDriver(limits: limits).Started().Report(Given.Source, VmStatus.MigratingFrom).Wait(TimeSpan.FromMinutes(9));
        migration.Commands.ShouldNotContain(command => command is AbortJob);

        migration.Wait(TimeSpan.FromMinutes(2));
        migration.Answer(migration.Last<AbortJob>()).ReportBoth(VmStatus.Up, null).Wait(MigrationTimers.LocationGrace / 2).ReportBoth(VmStatus.Up, null).Wait(MigrationTimers.LocationGrace * 2);
        migration.Answer(migration.Last<CleanUpIncoming>());
        migration.State.Outcome.ShouldBe(MigrationOutcome.TimedOut);
    }

    [Fact]
    public void Should_end_when_the_VM_is_migrated_back_outside_the_mesh_before_the_outcome_is_known()
    {
        var migration = new MigrationDriver().Started().ReportBoth(VmStatus.MigratingFrom, VmStatus.MigratingTo).JobEnds(JobResult.Completed)
            .ReportBoth(VmStatus.Up, null).Wait(MigrationTimers.DoubtfulLocationGrace / 2).ReportBoth(VmStatus.Up, null).Wait(MigrationTimers.DoubtfulLocationGrace);
        migration.Answer(migration.Last<CleanUpIncoming>());
        migration.State.Outcome.ShouldBe(MigrationOutcome.Failed);
        migration.State.Reason.ShouldContain("migrated back outside the mesh");
    }
}
