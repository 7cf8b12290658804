using Mesh.Contracts.Agents;
using Mesh.Contracts.Events;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Vms;

namespace Mesh.Migrations.Tests;

public sealed class When_post_copy_breaks
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void It_is_recovered_with_the_options_that_it_was_started_with()
    {
        var migration = Broken().Wait(TimeSpan.FromSeconds(6));
        var recover = migration.Commands.OfType<RecoverPostCopy>().ShouldHaveSingleItem();
        recover.DestinationUri.ShouldBe("qemu+tcp://hostb/system");
        recover.Options.PostCopy.ShouldBeTrue();

        migration.Answer(recover).Report(Given.Source, VmStatus.MigratingFrom, migration.Sample(JobPhase.PostCopy)).Report(Given.Destination, VmStatus.MigratingTo);
        migration.State.Recovery.ShouldBeNull();
        migration.Wait(TimeSpan.FromMinutes(10)).JobEnds(JobResult.Completed).ReportBoth(VmStatus.Down, VmStatus.Up);
        migration.State.Outcome.ShouldBe(MigrationOutcome.CompletedPostCopy);
    }

    [Fact]
    public void Recovery_is_tried_several_times_with_longer_pauses_and_then_left_to_the_operator()
    {
        var migration = Broken();
        List<double> attempts = [];
        for (var second = 0; second < 1200 && !migration.State.HasEnded; second++)
        {
            migration.Wait(Second);
            if (migration.State.Outstanding.Any(command => command.Command is RecoverPostCopy))
            {
                attempts.Add((migration.Now - Given.Start).TotalSeconds);
                migration.Answer(migration.Last<RecoverPostCopy>(), CommandResult.Failed, new Refusal(RefusalCode.HypervisorError, "no route to host"));
            }

            migration.ReportBoth(VmStatus.PostCopyFailed, VmStatus.PostCopyFailed);
        }

        attempts.Count.ShouldBe(PostCopyRecoveryHandler.AttemptsMax);
        attempts.Zip(attempts.Skip(1), (earlier, later) => Math.Round(later - earlier)).ShouldBe([5, 10, 20, 40, 60, 60, 60], 1.0);
        migration.State.Outcome.ShouldBe(MigrationOutcome.PostCopyFailed);
        migration.State.Reason.ShouldContain("no route to host");
    }

    [Fact]
    public void It_is_not_recovered_on_one_host_s_report()
    {
        var migration = new MigrationDriver(new MigrationOptions { PostCopy = true }).Started();
        migration.Report(Given.Source, VmStatus.PostCopyFailed).Wait(TimeSpan.FromMinutes(5));
        migration.Commands.ShouldNotContain(command => command is RecoverPostCopy);
    }

    [Fact]
    public void It_is_not_recovered_again_while_data_is_transferred()
    {
        var migration = Broken().Wait(TimeSpan.FromSeconds(6));
        migration.Answer(migration.Last<RecoverPostCopy>()).ReportBoth(VmStatus.MigratingFrom, VmStatus.MigratingTo).Wait(TimeSpan.FromMinutes(5));
        migration.Commands.OfType<RecoverPostCopy>().ShouldHaveSingleItem();
    }

    [Fact]
    public void Events_are_published_for_subscribers()
    {
        var migration = Broken().Wait(TimeSpan.FromSeconds(6));
        migration.State.Reason.ShouldBe($"recovering post-copy (attempt 1 of {PostCopyRecoveryHandler.AttemptsMax}): connection lost");
        migration.Events.OfType<MigrationChangeRequested>().ShouldHaveSingleItem().Description.ShouldBe($"recovering post-copy (attempt 1 of {PostCopyRecoveryHandler.AttemptsMax})");
    }

    private static MigrationDriver Broken()
    {
        var migration = new MigrationDriver(new MigrationOptions { PostCopy = true }).Started();
        return migration.Report(Given.Source, VmStatus.MigratingFrom, migration.Sample(JobPhase.PostCopy))
            .ReportBoth(VmStatus.PostCopyFailed, VmStatus.PostCopyFailed);
    }
}
