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
    public void It_is_taken_up_again_with_the_options_that_it_was_started_with()
    {
        var flight = Broken().Wait(TimeSpan.FromSeconds(6));
        var recover = flight.Commands.OfType<RecoverPostCopy>().ShouldHaveSingleItem();
        recover.DestinationUri.ShouldBe("qemu+tcp://hostb/system");
        recover.Options.PostCopy.ShouldBeTrue();

        flight.Answer(recover).Report(Given.Source, VmStatus.MigratingFrom, flight.Sample(JobPhase.PostCopy)).Report(Given.Destination, VmStatus.MigratingTo);
        flight.State.Recovery.ShouldBeNull();
        flight.Wait(TimeSpan.FromMinutes(10)).JobEnds(JobResult.Completed).Both(VmStatus.Down, VmStatus.Up);
        flight.State.Outcome.ShouldBe(MigrationOutcome.CompletedPostCopy);
    }

    [Fact]
    public void It_is_tried_several_times_with_longer_pauses_and_then_left_to_a_person()
    {
        var flight = Broken();
        List<double> tries = [];
        for (var second = 0; second < 1200 && !flight.State.HasEnded; second++)
        {
            flight.Wait(Second);
            if (flight.State.Outstanding.Any(command => command.Command is RecoverPostCopy))
            {
                tries.Add((flight.Now - Given.Start).TotalSeconds);
                flight.Answer(flight.Last<RecoverPostCopy>(), CommandResult.Failed, new Refusal(RefusalCode.Hypervisor, "no route to host"));
            }

            flight.Both(VmStatus.PostCopyFailed, VmStatus.PostCopyFailed);
        }

        tries.Count.ShouldBe(Recovering.TriesMax);
        tries.Zip(tries.Skip(1), (earlier, later) => Math.Round(later - earlier)).ShouldBe([5, 10, 20, 40, 60, 60, 60], 1.0);
        flight.State.Outcome.ShouldBe(MigrationOutcome.PostCopyFailed);
        flight.State.Reason.ShouldContain("no route to host");
    }

    [Fact]
    public void It_is_not_taken_up_on_one_host_s_word()
    {
        var flight = new FlightDriver(new MigrationOptions { PostCopy = true }).Started();
        flight.Report(Given.Source, VmStatus.PostCopyFailed).Wait(TimeSpan.FromMinutes(5));
        flight.Commands.ShouldNotContain(command => command is RecoverPostCopy);
    }

    [Fact]
    public void It_is_not_taken_up_while_it_flows()
    {
        var flight = Broken().Wait(TimeSpan.FromSeconds(6));
        flight.Answer(flight.Last<RecoverPostCopy>()).Both(VmStatus.MigratingFrom, VmStatus.MigratingTo).Wait(TimeSpan.FromMinutes(5));
        flight.Commands.OfType<RecoverPostCopy>().ShouldHaveSingleItem();
    }

    [Fact]
    public void Whoever_watches_is_told()
    {
        var flight = Broken().Wait(TimeSpan.FromSeconds(6));
        flight.State.Reason.ShouldBe($"taking post-copy up again (try 1 of {Recovering.TriesMax}): it lost its connection");
        flight.Events.OfType<MigrationDecided>().ShouldHaveSingleItem().What.ShouldBe($"taking post-copy up again (try 1 of {Recovering.TriesMax})");
    }

    private static FlightDriver Broken()
    {
        var flight = new FlightDriver(new MigrationOptions { PostCopy = true }).Started();
        return flight.Report(Given.Source, VmStatus.MigratingFrom, flight.Sample(JobPhase.PostCopy))
            .Both(VmStatus.PostCopyFailed, VmStatus.PostCopyFailed);
    }
}
