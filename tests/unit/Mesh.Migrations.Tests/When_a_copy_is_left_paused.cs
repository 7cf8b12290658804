using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Vms;

namespace Mesh.Migrations.Tests;

/// <summary>libvirtd died at the hand-over: the source's copy stands still, and is either a stray or the machine itself.</summary>
public sealed class When_a_copy_is_left_paused
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private static FlightDriver Interrupted() => new FlightDriver().Started().Both(VmStatus.MigratingFrom, VmStatus.MigratingTo)
        .JobEnds(JobResult.Failed, "nobody kept account of it");

    [Fact]
    public void Should_destroy_it_only_when_the_destination_is_proven_to_run_the_machine()
    {
        var flight = Interrupted().Both(VmStatus.Paused, VmStatus.Up);
        flight.Commands.ShouldNotContain(command => command is DestroyStray);

        // The order of the words was: paused here before the other was known to run, so the clean-up was asked for. It is refused.
        if (flight.Commands.OfType<CleanUpIncoming>().LastOrDefault() is { } cleanUp)
            flight.Answer(cleanUp, CommandResult.Refused, new Refusal(RefusalCode.VmExistsOnDestination, "it runs here"));
        flight.Wait(Second).Both(VmStatus.Paused, VmStatus.Up).Wait(FlightTimers.VerdictGrace * 2);
        flight.Last<DestroyStray>().RunsOn.ShouldBe(Given.Destination);
        flight.State.HasEnded.ShouldBeFalse("the stray is still there");

        flight.Answer(flight.Last<DestroyStray>()).Both(null, VmStatus.Up).Wait(Second).Both(null, VmStatus.Up).Wait(FlightTimers.VerdictGrace * 2);
        flight.State.Outcome.ShouldBe(MigrationOutcome.Completed);
        flight.Commands.ShouldNotContain(command => command is ResumeOnSource);
    }

    [Fact]
    public void Should_resume_it_only_when_the_destination_is_proven_not_to_have_the_machine()
    {
        var flight = Interrupted().Report(Given.Source, VmStatus.Paused);
        flight.Answer(flight.Last<CleanUpIncoming>());
        flight.Commands.ShouldNotContain(command => command is ResumeOnSource, "the destination's status is from before its clean-up");
        flight.State.HasEnded.ShouldBeFalse("the machine stands still");

        flight.Wait(Second).Both(VmStatus.Paused, null);
        flight.Answer(flight.Last<ResumeOnSource>());
        flight.State.Outcome.ShouldBe(MigrationOutcome.Failed);
        flight.Commands.ShouldNotContain(command => command is DestroyStray);
    }

    [Fact]
    public void Should_ask_again_when_it_could_not_be_resumed_and_say_so_when_it_must_not()
    {
        var flight = Interrupted().Report(Given.Source, VmStatus.Paused);
        flight.Answer(flight.Last<CleanUpIncoming>()).Wait(Second).Both(VmStatus.Paused, null);
        flight.Answer(flight.Last<ResumeOnSource>(), CommandResult.Failed, new Refusal(RefusalCode.Hypervisor, "libvirt does not answer"));
        flight.State.HasEnded.ShouldBeFalse();
        flight.Wait(TimeSpan.FromMinutes(1));
        flight.Commands.OfType<ResumeOnSource>().Count().ShouldBeGreaterThan(1);

        flight.Answer(flight.Last<ResumeOnSource>(), CommandResult.Refused, new Refusal(RefusalCode.VmNotRunning, "paused by somebody"));
        flight.State.Outcome.ShouldBe(MigrationOutcome.Failed);
        flight.State.Reason.ShouldContain("left paused on hosta: paused by somebody");
    }

    [Fact]
    public void Should_end_when_somebody_else_has_resumed_it()
    {
        var flight = Interrupted().Report(Given.Source, VmStatus.Paused);
        flight.Answer(flight.Last<CleanUpIncoming>());
        flight.Report(Given.Source, VmStatus.Up);
        flight.State.Outcome.ShouldBe(MigrationOutcome.Failed);
    }

    [Fact]
    public void Should_not_name_it_failed_when_the_machine_goes_down_meanwhile()
    {
        var flight = Interrupted().Report(Given.Source, VmStatus.Paused);
        flight.Answer(flight.Last<CleanUpIncoming>()).Both(null, null).Wait(Second).Both(null, null).Wait(FlightTimers.DoubtfulVerdictGrace * 2);
        flight.State.Outcome.ShouldBe(MigrationOutcome.Lost);
    }

    [Fact]
    public void Should_keep_both_copies_when_post_copy_has_lost_its_connection()
    {
        var flight = new FlightDriver().Started().Both(VmStatus.PostCopyFailed, VmStatus.PostCopyFailed);
        for (var minute = 0; minute < 30 && !flight.State.HasEnded; minute++)
        {
            flight.Wait(TimeSpan.FromMinutes(1));
            if (flight.State.Outstanding.Any(command => command.Command is RecoverPostCopy))
                flight.Answer(flight.Last<RecoverPostCopy>(), CommandResult.Failed, new Refusal(RefusalCode.Hypervisor, "no route to host"));
            flight.Both(VmStatus.PostCopyFailed, VmStatus.PostCopyFailed);
        }

        flight.State.Outcome.ShouldBe(MigrationOutcome.PostCopyFailed);
        flight.Commands.ShouldNotContain(command => command is DestroyStray || command is ResumeOnSource || command is CleanUpIncoming);
    }

    [Fact]
    public void Should_not_flip_a_machine_that_is_up_on_the_destination_by_a_late_word_of_the_source()
    {
        var flight = new FlightDriver().Started().Both(VmStatus.MigratingFrom, VmStatus.MigratingTo).JobEnds(JobResult.Completed).Both(null, VmStatus.Up);
        flight.State.Outcome.ShouldBe(MigrationOutcome.Completed);
        var ended = flight.State;
        flight.Both(null, null).Report(Given.Source, VmStatus.Down, agentEpoch: 9).JobEnds(JobResult.Failed, "late").Fence(Given.Source).Wait(TimeSpan.FromDays(1));
        flight.State.ShouldBe(ended);
        flight.Commands.ShouldNotContain(command => command is CleanUpIncoming);
    }

    [Fact]
    public void Should_never_resume_a_copy_when_the_machine_has_arrived_and_moved_on()
    {
        var flight = Interrupted().Report(Given.Source, VmStatus.Paused);
        flight.Answer(flight.Last<CleanUpIncoming>(), CommandResult.Refused, new Refusal(RefusalCode.MovedOn, "it had arrived here"));
        flight.Wait(Second).Both(VmStatus.Paused, null).Wait(TimeSpan.FromHours(1));
        flight.State.Outcome.ShouldBe(MigrationOutcome.Lost);
        flight.State.Reason.ShouldContain("stale");
        flight.Commands.ShouldNotContain(command => command is ResumeOnSource || command is DestroyStray);
    }

    [Theory]
    [InlineData(Elsewhere.Yes, true)]
    [InlineData(Elsewhere.Unknown, false)]
    public void Should_never_resume_a_copy_while_another_host_has_or_may_have_the_machine(Elsewhere elsewhere, bool isEnd)
    {
        var flight = Interrupted().Report(Given.Source, VmStatus.Paused);
        flight.Answer(flight.Last<CleanUpIncoming>()).Wait(Second);
        flight.Tell(new ReportReceived(Given.Destination, 1, 1000, true, null, null, elsewhere));
        flight.Tell(new ReportReceived(Given.Source, 1, 1000, true, new VmStatusReport(Given.Vm, "g1", VmStatus.Paused, ""), null, elsewhere));
        flight.State.HasEnded.ShouldBe(isEnd);
        flight.Commands.ShouldNotContain(command => command is ResumeOnSource);
    }
}
