using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Vms;

namespace Mesh.Migrations.Tests;

/// <summary>libvirtd died at the switchover: the source's copy is paused, and is either an orphan or the VM itself.</summary>
public sealed class When_a_copy_is_left_paused
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private static MigrationDriver Interrupted() => new MigrationDriver().Started().ReportBoth(VmStatus.MigratingFrom, VmStatus.MigratingTo)
        .JobEnds(JobResult.Failed, "libvirtd restarted during the job");

    [Fact]
    public void Should_destroy_it_only_when_the_destination_is_known_to_run_the_VM()
    {
        var migration = Interrupted().ReportBoth(VmStatus.Paused, VmStatus.Up);
        migration.Commands.ShouldNotContain(command => command is DestroyOrphan);

        // The source was reported as paused before the destination was known to run the VM, so the clean-up was sent. It is rejected.
        if (migration.Commands.OfType<CleanUpIncoming>().LastOrDefault() is { } cleanUp)
            migration.Answer(cleanUp, CommandResult.Rejected, new Refusal(RefusalCode.VmExistsOnDestination, "it runs here"));
        migration.Wait(Second).ReportBoth(VmStatus.Paused, VmStatus.Up).Wait(MigrationTimers.LocationGrace * 2);
        migration.Last<DestroyOrphan>().RunsOn.ShouldBe(Given.Destination);
        migration.State.HasEnded.ShouldBeFalse("the orphan still exists");

        migration.Answer(migration.Last<DestroyOrphan>()).ReportBoth(null, VmStatus.Up).Wait(Second).ReportBoth(null, VmStatus.Up).Wait(MigrationTimers.LocationGrace * 2);
        migration.State.Outcome.ShouldBe(MigrationOutcome.Completed);
        migration.Commands.ShouldNotContain(command => command is ResumeOnSource);
    }

    [Fact]
    public void Should_resume_it_only_when_the_destination_is_known_not_to_have_the_VM()
    {
        var migration = Interrupted().Report(Given.Source, VmStatus.Paused);
        migration.Answer(migration.Last<CleanUpIncoming>());
        migration.Commands.ShouldNotContain(command => command is ResumeOnSource, "the destination's status is from before its clean-up");
        migration.State.HasEnded.ShouldBeFalse("the VM is still paused");

        migration.Wait(Second).ReportBoth(VmStatus.Paused, null);
        migration.Answer(migration.Last<ResumeOnSource>());
        migration.State.Outcome.ShouldBe(MigrationOutcome.Failed);
        migration.Commands.ShouldNotContain(command => command is DestroyOrphan);
    }

    [Fact]
    public void Should_retry_when_resuming_fails_and_report_when_resuming_is_not_allowed()
    {
        var migration = Interrupted().Report(Given.Source, VmStatus.Paused);
        migration.Answer(migration.Last<CleanUpIncoming>()).Wait(Second).ReportBoth(VmStatus.Paused, null);
        migration.Answer(migration.Last<ResumeOnSource>(), CommandResult.Failed, new Refusal(RefusalCode.HypervisorError, "libvirt does not respond"));
        migration.State.HasEnded.ShouldBeFalse();
        migration.Wait(TimeSpan.FromMinutes(1));
        migration.Commands.OfType<ResumeOnSource>().Count().ShouldBeGreaterThan(1);

        migration.Answer(migration.Last<ResumeOnSource>(), CommandResult.Rejected, new Refusal(RefusalCode.VmNotRunning, "paused by another client"));
        migration.State.Outcome.ShouldBe(MigrationOutcome.Failed);
        migration.State.Reason.ShouldContain("left paused on hosta: paused by another client");
    }

    [Fact]
    public void Should_end_when_another_client_has_resumed_it()
    {
        var migration = Interrupted().Report(Given.Source, VmStatus.Paused);
        migration.Answer(migration.Last<CleanUpIncoming>());
        migration.Report(Given.Source, VmStatus.Up);
        migration.State.Outcome.ShouldBe(MigrationOutcome.Failed);
    }

    [Fact]
    public void Should_not_end_as_failed_when_the_VM_goes_down_meanwhile()
    {
        var migration = Interrupted().Report(Given.Source, VmStatus.Paused);
        migration.Answer(migration.Last<CleanUpIncoming>()).ReportBoth(null, null).Wait(Second).ReportBoth(null, null).Wait(MigrationTimers.DoubtfulLocationGrace * 2);
        migration.State.Outcome.ShouldBe(MigrationOutcome.Lost);
    }

    [Fact]
    public void Should_leave_both_copies_when_post_copy_has_lost_its_connection()
    {
        var migration = new MigrationDriver().Started().ReportBoth(VmStatus.PostCopyFailed, VmStatus.PostCopyFailed);
        for (var minute = 0; minute < 30 && !migration.State.HasEnded; minute++)
        {
            migration.Wait(TimeSpan.FromMinutes(1));
            if (migration.State.Outstanding.Any(command => command.Command is RecoverPostCopy))
                migration.Answer(migration.Last<RecoverPostCopy>(), CommandResult.Failed, new Refusal(RefusalCode.HypervisorError, "no route to host"));
            migration.ReportBoth(VmStatus.PostCopyFailed, VmStatus.PostCopyFailed);
        }

        migration.State.Outcome.ShouldBe(MigrationOutcome.PostCopyFailed);
        migration.Commands.ShouldNotContain(command => command is DestroyOrphan || command is ResumeOnSource || command is CleanUpIncoming);
    }

    [Fact]
    public void Should_not_change_the_outcome_because_of_late_reports()
    {
        var migration = new MigrationDriver().Started().ReportBoth(VmStatus.MigratingFrom, VmStatus.MigratingTo).JobEnds(JobResult.Completed).ReportBoth(null, VmStatus.Up);
        migration.State.Outcome.ShouldBe(MigrationOutcome.Completed);
        var ended = migration.State;
        migration.ReportBoth(null, null).Report(Given.Source, VmStatus.Down, agentEpoch: 9).JobEnds(JobResult.Failed, "late").Fence(Given.Source).Wait(TimeSpan.FromDays(1));
        migration.State.ShouldBe(ended);
        migration.Commands.ShouldNotContain(command => command is CleanUpIncoming);
    }

    [Fact]
    public void Should_never_resume_a_copy_when_the_VM_has_arrived_and_moved_on()
    {
        var migration = Interrupted().Report(Given.Source, VmStatus.Paused);
        migration.Answer(migration.Last<CleanUpIncoming>(), CommandResult.Rejected, new Refusal(RefusalCode.VmMovedAway, "it had already run here"));
        migration.Wait(Second).ReportBoth(VmStatus.Paused, null).Wait(TimeSpan.FromHours(1));
        migration.State.Outcome.ShouldBe(MigrationOutcome.Lost);
        migration.State.Reason.ShouldContain("stale");
        migration.Commands.ShouldNotContain(command => command is ResumeOnSource || command is DestroyOrphan);
    }

    [Theory]
    [InlineData(ThirdHostPresence.Yes, true)]
    [InlineData(ThirdHostPresence.Unknown, false)]
    public void Should_never_resume_a_copy_while_another_host_has_or_may_have_the_VM(ThirdHostPresence elsewhere, bool hasEnded)
    {
        var migration = Interrupted().Report(Given.Source, VmStatus.Paused);
        migration.Answer(migration.Last<CleanUpIncoming>()).Wait(Second);
        migration.Apply(new ReportReceived(Given.Destination, 1, 1000, true, null, null, elsewhere));
        migration.Apply(new ReportReceived(Given.Source, 1, 1000, true, new VmStatusReport(Given.Vm, "g1", VmStatus.Paused, ""), null, elsewhere));
        migration.State.HasEnded.ShouldBe(hasEnded);
        migration.Commands.ShouldNotContain(command => command is ResumeOnSource);
    }
}
