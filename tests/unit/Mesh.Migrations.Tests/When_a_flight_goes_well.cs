using Mesh.Contracts.Agents;
using Mesh.Contracts.Events;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Migrations.Tests;

public sealed class When_a_flight_goes_well
{
    [Fact]
    public void Should_prepare_the_destination_before_the_source_is_told()
    {
        var flight = new FlightDriver();
        flight.Commands.Single().ShouldBeOfType<PrepareIncoming>();
        flight.Outputs.OfType<CommandGiven>().Single().Host.ShouldBe(Given.Destination);

        flight.Prepared();
        flight.Last<StartMigration>().DestinationUri.ShouldBe("qemu+tcp://hostb/system");
        flight.State.Phase.ShouldBe(MigrationPhase.Starting);
    }

    [Fact]
    public void Should_announce_success_only_when_both_hosts_say_so()
    {
        var flight = new FlightDriver().Started().Both(VmStatus.MigratingFrom, VmStatus.MigratingTo).JobEnds(JobResult.Completed);
        flight.State.Phase.ShouldBe(MigrationPhase.Settling);

        flight.Report(Given.Source, null).State.HasEnded.ShouldBeFalse();
        flight.Report(Given.Destination, VmStatus.Up);
        flight.State.Outcome.ShouldBe(MigrationOutcome.Completed);
        flight.State.Progress.ShouldBe(new Percent(100));
        flight.Events.OfType<MigrationEnded>().Single().Outcome.ShouldBe(MigrationOutcome.Completed);
    }

    [Fact]
    public void Should_name_a_post_copy_success_so()
    {
        var flight = new FlightDriver(new MigrationOptions { PostCopy = true }).Started();
        flight.Report(Given.Source, VmStatus.MigratingFrom, flight.Sample(JobPhase.PostCopy));
        flight.State.Phase.ShouldBe(MigrationPhase.PostCopy);

        flight.JobEnds(JobResult.Completed).Both(VmStatus.Down, VmStatus.Up);
        flight.State.Outcome.ShouldBe(MigrationOutcome.CompletedPostCopy);
    }

    [Fact]
    public void Should_conclude_from_the_hosts_words_when_the_job_s_end_was_never_told()
    {
        var flight = new FlightDriver().Started().Both(null, VmStatus.Up);
        flight.State.HasEnded.ShouldBeFalse();

        flight.Wait(FlightTimers.VerdictGrace / 2).Both(null, VmStatus.Up).Wait(FlightTimers.VerdictGrace);
        flight.State.Outcome.ShouldBe(MigrationOutcome.Completed);
    }

    [Fact]
    public void Should_never_let_progress_go_back()
    {
        var flight = new FlightDriver().Started();
        flight.Report(Given.Source, VmStatus.MigratingFrom, flight.Sample(remainingMiB: 100));
        var high = flight.State.Progress;
        flight.Report(Given.Source, VmStatus.MigratingFrom, flight.Sample(remainingMiB: 900));

        flight.State.Progress.ShouldBe(high);
        flight.State.Sample!.Memory.Remaining.ShouldBe(Bytes.FromMebibytes(900));
    }

    [Fact]
    public void Should_drop_reports_that_come_late()
    {
        var flight = new FlightDriver().Started();
        flight.Tell(new ReportReceived(Given.Destination, 5, 9, true, new VmStatusReport(Given.Vm, "g1", VmStatus.Up, ""), null));
        flight.Tell(new ReportReceived(Given.Destination, 5, 8, true, null, null));
        flight.Tell(new ReportReceived(Given.Destination, 4, 100, true, null, null));
        flight.State.DestinationWord!.Status.ShouldBe(VmStatus.Up);
    }

    [Fact]
    public void Should_not_take_an_unreachable_hypervisor_for_an_absent_machine()
    {
        var flight = new FlightDriver().Started().Both(VmStatus.MigratingFrom, VmStatus.MigratingTo);
        flight.Tell(new ReportReceived(Given.Destination, 1, 1000, false, null, null));
        flight.State.DestinationWord!.Status.ShouldBe(VmStatus.MigratingTo);
    }

    [Fact]
    public void Should_name_the_disks_to_copy_and_size_the_limits_by_them()
    {
        var vm = Given.Machine(Given.Disk("vda"), Given.Disk("vdb", shareable: true), Given.Disk("vdc", readOnly: true));
        var flight = new FlightDriver(new MigrationOptions { CopyStorage = CopyStorage.All }, facts: Given.Facts(vm)).Prepared();

        flight.Last<PrepareIncoming>().DisksToCreate.Select(disk => disk.Target).ShouldBe(["vda"]);
        flight.Last<StartMigration>().Options.MigrateDisks.ShouldBe(["vda"]);
        flight.Last<StartMigration>().DataSize.ShouldBe(Bytes.FromGibibytes(3));
    }

    [Fact]
    public void Should_be_completed_by_post_copy_even_when_no_sample_has_shown_it()
    {
        var flight = new FlightDriver().Started();
        flight.Tell(new EventReceived(new JobEnded
        {
            Host = Given.Source,
            MigrationId = flight.State.Id,
            Epoch = Given.Epoch,
            VmId = Given.Vm,
            At = flight.Now,
            Result = JobResult.Completed,
            Error = "",
            ByPostCopy = true,
        }));
        flight.Both(null, VmStatus.Up).State.Outcome.ShouldBe(MigrationOutcome.CompletedPostCopy);
    }
}
