using Mesh.Contracts.Agents;
using Mesh.Contracts.Events;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Migrations.Tests;

public sealed class When_a_migration_goes_well
{
    [Fact]
    public void Should_prepare_the_destination_before_the_source_starts()
    {
        var migration = new MigrationDriver();
        migration.Commands.Single().ShouldBeOfType<PrepareIncoming>();
        migration.Outputs.OfType<SendCommand>().Single().Host.ShouldBe(Given.Destination);

        migration.Prepared();
        migration.Last<StartMigration>().DestinationUri.ShouldBe("qemu+tcp://hostb/system");
        migration.State.Phase.ShouldBe(MigrationPhase.Starting);
    }

    [Fact]
    public void Should_announce_success_only_when_both_hosts_report_it()
    {
        var migration = new MigrationDriver().Started().ReportBoth(VmStatus.MigratingFrom, VmStatus.MigratingTo).JobEnds(JobResult.Completed);
        migration.State.Phase.ShouldBe(MigrationPhase.Confirming);

        migration.Report(Given.Source, null).State.HasEnded.ShouldBeFalse();
        migration.Report(Given.Destination, VmStatus.Up);
        migration.State.Outcome.ShouldBe(MigrationOutcome.Completed);
        migration.State.Progress.ShouldBe(new Percent(100));
        migration.Events.OfType<MigrationEnded>().Single().Outcome.ShouldBe(MigrationOutcome.Completed);
    }

    [Fact]
    public void Should_report_a_success_by_post_copy_as_such()
    {
        var migration = new MigrationDriver(new MigrationOptions { PostCopy = true }).Started();
        migration.Report(Given.Source, VmStatus.MigratingFrom, migration.Sample(JobPhase.PostCopy));
        migration.State.Phase.ShouldBe(MigrationPhase.PostCopy);

        migration.JobEnds(JobResult.Completed).ReportBoth(VmStatus.Down, VmStatus.Up);
        migration.State.Outcome.ShouldBe(MigrationOutcome.CompletedPostCopy);
    }

    [Fact]
    public void Should_conclude_from_the_hosts_reports_when_the_job_s_end_was_never_reported()
    {
        var migration = new MigrationDriver().Started().ReportBoth(null, VmStatus.Up);
        migration.State.HasEnded.ShouldBeFalse();

        migration.Wait(MigrationTimers.LocationGrace / 2).ReportBoth(null, VmStatus.Up).Wait(MigrationTimers.LocationGrace);
        migration.State.Outcome.ShouldBe(MigrationOutcome.Completed);
    }

    [Fact]
    public void Should_never_decrease_progress()
    {
        var migration = new MigrationDriver().Started();
        migration.Report(Given.Source, VmStatus.MigratingFrom, migration.Sample(remainingMiB: 100));
        var highest = migration.State.Progress;
        migration.Report(Given.Source, VmStatus.MigratingFrom, migration.Sample(remainingMiB: 900));

        migration.State.Progress.ShouldBe(highest);
        migration.State.Sample!.Copy.Memory.Remaining.ShouldBe(Bytes.FromMebibytes(900));
    }

    [Fact]
    public void Should_drop_reports_that_come_late()
    {
        var migration = new MigrationDriver().Started();
        migration.Apply(new ReportReceived(Given.Destination, 5, 9, true, new VmStatusReport(Given.Vm, "g1", VmStatus.Up, ""), null));
        migration.Apply(new ReportReceived(Given.Destination, 5, 8, true, null, null));
        migration.Apply(new ReportReceived(Given.Destination, 4, 100, true, null, null));
        migration.State.DestinationObservation!.Status.ShouldBe(VmStatus.Up);
    }

    [Fact]
    public void Should_not_mistake_an_unreachable_hypervisor_for_an_absent_VM()
    {
        var migration = new MigrationDriver().Started().ReportBoth(VmStatus.MigratingFrom, VmStatus.MigratingTo);
        migration.Apply(new ReportReceived(Given.Destination, 1, 1000, false, null, null));
        migration.State.DestinationObservation!.Status.ShouldBe(VmStatus.MigratingTo);
    }

    [Fact]
    public void Should_list_the_disks_to_copy_and_include_them_in_the_data_size()
    {
        var vm = Given.CreateVm(Given.Disk("vda"), Given.Disk("vdb", shareable: true), Given.Disk("vdc", readOnly: true));
        var migration = new MigrationDriver(new MigrationOptions { CopyStorage = CopyStorage.All }, facts: Given.Facts(vm)).Prepared();

        migration.Last<PrepareIncoming>().DisksToCreate.Select(disk => disk.Target).ShouldBe(["vda"]);
        migration.Last<StartMigration>().Options.MigrateDisks.ShouldBe(["vda"]);
        migration.Last<StartMigration>().DataSize.ShouldBe(Bytes.FromGibibytes(3));
    }

    [Fact]
    public void Should_be_completed_by_post_copy_even_without_a_post_copy_sample()
    {
        var migration = new MigrationDriver().Started();
        migration.Apply(new EventReceived(new JobEnded
        {
            Host = Given.Source,
            MigrationId = migration.State.Id,
            Epoch = Given.Epoch,
            VmId = Given.Vm,
            At = migration.Now,
            Result = JobResult.Completed,
            Error = "",
            UsedPostCopy = true,
        }));
        migration.ReportBoth(null, VmStatus.Up).State.Outcome.ShouldBe(MigrationOutcome.CompletedPostCopy);
    }
}
