using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Vms;

namespace Mesh.Migrations.Tests;

public sealed class When_a_flight_fails
{
    [Fact]
    public void Should_end_refused_when_the_destination_refuses()
    {
        var flight = new FlightDriver();
        flight.Answer(flight.Last<PrepareIncoming>(), CommandResult.Refused, new Refusal(RefusalCode.Storage, "no room for vda"));

        flight.State.Outcome.ShouldBe(MigrationOutcome.Refused);
        flight.State.Reason.ShouldContain("no room for vda");
        flight.Commands.ShouldNotContain(command => command is StartMigration);
    }

    [Fact]
    public void Should_clean_up_when_the_source_does_not_start()
    {
        var flight = new FlightDriver().Prepared();
        flight.Answer(flight.Last<StartMigration>(), CommandResult.Refused, new Refusal(RefusalCode.VmNotRunning, "g1 is shut off"));
        flight.State.Phase.ShouldBe(MigrationPhase.CleaningUp);

        flight.Answer(flight.Last<CleanUpIncoming>());
        flight.State.Outcome.ShouldBe(MigrationOutcome.Failed);
        flight.State.Reason.ShouldContain("g1 is shut off");
    }

    [Fact]
    public void Should_seal_a_start_that_failed_before_it_ends_because_another_copy_of_the_command_may_still_come()
    {
        var flight = new FlightDriver().Prepared();
        flight.Answer(flight.Last<StartMigration>(), CommandResult.Failed, new Refusal(RefusalCode.Storage, "the agent cannot write its state"));
        flight.Both(VmStatus.Up, null).Commands.ShouldNotContain(command => command is CleanUpIncoming);

        flight.Answer(flight.Last<AbortJob>(), CommandResult.Failed, new Refusal(RefusalCode.Storage, "nor now"));
        flight.Wait(TimeSpan.FromMinutes(1)).Answer(flight.Last<AbortJob>());
        flight.Answer(flight.Last<CleanUpIncoming>());
        flight.State.Outcome.ShouldBe(MigrationOutcome.Failed);
        flight.State.Reason.ShouldContain("cannot write its state");
    }

    [Fact]
    public void Should_let_the_words_decide_when_a_start_that_failed_turns_out_to_have_begun()
    {
        var flight = new FlightDriver().Prepared();
        flight.Answer(flight.Last<StartMigration>(), CommandResult.Failed, new Refusal(RefusalCode.Storage, "the agent cannot write its state"));
        flight.Answer(flight.Last<AbortJob>(), CommandResult.Refused, new Refusal(RefusalCode.Hypervisor, "the migration has completed"));
        flight.Both(null, VmStatus.Up).Wait(FlightTimers.VerdictGrace / 2).Both(null, VmStatus.Up).Wait(FlightTimers.VerdictGrace * 2);
        flight.State.Outcome.ShouldBe(MigrationOutcome.Completed);
    }

    [Fact]
    public void Should_not_announce_failure_before_the_source_runs_the_machine_and_the_destination_is_clean()
    {
        var flight = new FlightDriver().Started().Both(VmStatus.MigratingFrom, VmStatus.MigratingTo).JobEnds(JobResult.Failed, "link lost");
        flight.State.Phase.ShouldBe(MigrationPhase.Settling);

        flight.Report(Given.Source, VmStatus.Up);
        flight.State.Phase.ShouldBe(MigrationPhase.CleaningUp);

        flight.Answer(flight.Last<CleanUpIncoming>());
        flight.State.Outcome.ShouldBe(MigrationOutcome.Failed);
        flight.State.Reason.ShouldBe("link lost");
    }

    [Fact]
    public void Should_not_take_a_word_from_before_the_jobs_end_for_one_after_it()
    {
        var flight = new FlightDriver().Started().JobEnds(JobResult.Failed, "link lost");
        flight.Tell(new ReportReceived(Given.Source, 1, 500, true, new VmStatusReport(Given.Vm, "g1", VmStatus.Up, ""), null, At: flight.Now - TimeSpan.FromSeconds(9)));
        flight.State.Phase.ShouldBe(MigrationPhase.Settling, "the report was overtaken by the news of the end");
    }

    [Fact]
    public void Should_wait_for_a_destination_that_cannot_clean_up_yet_and_ask_it_again()
    {
        var flight = new FlightDriver().Started().JobEnds(JobResult.Failed, "link lost").Report(Given.Source, VmStatus.Up);
        flight.Answer(flight.Last<CleanUpIncoming>(), CommandResult.Failed, new Refusal(RefusalCode.Hypervisor, "libvirt does not answer"));
        flight.State.Phase.ShouldBe(MigrationPhase.CleaningUp);
        flight.State.Reason.ShouldContain("libvirt does not answer");

        flight.Wait(TimeSpan.FromHours(1));
        flight.State.HasEnded.ShouldBeFalse();
        flight.Answer(flight.Last<CleanUpIncoming>());
        flight.State.Outcome.ShouldBe(MigrationOutcome.Failed);
    }

    [Fact]
    public void Should_name_a_machine_lost_only_when_both_hosts_keep_saying_so()
    {
        var flight = new FlightDriver().Started().Both(null, null);
        flight.State.HasEnded.ShouldBeFalse();
        flight.Wait(FlightTimers.DoubtfulVerdictGrace * 3);
        flight.State.HasEnded.ShouldBeFalse("the hosts have not spoken again");

        flight.Wait(TimeSpan.FromSeconds(1)).Both(null, null).Wait(FlightTimers.DoubtfulVerdictGrace * 2);
        flight.State.Outcome.ShouldBe(MigrationOutcome.Lost);
    }

    [Fact]
    public void Should_not_name_it_lost_when_the_reports_of_a_quick_move_cross()
    {
        var flight = new FlightDriver().Started().Report(Given.Destination, null).Report(Given.Source, null).JobEnds(JobResult.Completed);
        flight.State.HasEnded.ShouldBeFalse();

        flight.Report(Given.Destination, VmStatus.Up);
        flight.State.Outcome.ShouldBe(MigrationOutcome.Completed);
    }

    [Fact]
    public void Should_notice_a_migration_that_the_source_no_longer_knows()
    {
        var flight = new FlightDriver().Started().Both(VmStatus.MigratingFrom, VmStatus.MigratingTo).Both(VmStatus.Up, null)
            .Wait(FlightTimers.VerdictGrace / 2).Both(VmStatus.Up, null).Wait(FlightTimers.VerdictGrace);
        flight.State.Phase.ShouldBe(MigrationPhase.CleaningUp);

        flight.Answer(flight.Last<CleanUpIncoming>());
        flight.State.Outcome.ShouldBe(MigrationOutcome.Failed);
        flight.State.Reason.ShouldContain("no longer reports");
    }

    [Fact]
    public void Should_not_take_reports_from_before_the_job_for_its_end()
    {
        var flight = new FlightDriver().Started().Both(VmStatus.Up, null)
            .Wait(FlightTimers.VerdictGrace / 2).Both(VmStatus.Up, null).Wait(FlightTimers.VerdictGrace * 3);
        flight.State.Phase.ShouldBe(MigrationPhase.PreCopy);
    }

    [Fact]
    public void Should_find_the_machine_on_the_destination_even_when_cleaning_up_had_begun()
    {
        var flight = new FlightDriver().Started().JobEnds(JobResult.Failed, "link lost").Report(Given.Source, VmStatus.Up);
        flight.State.Phase.ShouldBe(MigrationPhase.CleaningUp);
        flight.Answer(flight.Last<CleanUpIncoming>(), CommandResult.Refused, new Refusal(RefusalCode.VmExistsOnDestination, "it runs here"));

        flight.Both(null, VmStatus.Up).Wait(FlightTimers.VerdictGrace / 2).Both(null, VmStatus.Up).Wait(FlightTimers.VerdictGrace);
        flight.State.Outcome.ShouldBe(MigrationOutcome.Completed);
    }

    [Fact]
    public void Should_wait_for_ever_for_an_unresponsive_source()
    {
        var flight = new FlightDriver().Started().Both(VmStatus.MigratingFrom, VmStatus.MigratingTo);
        flight.Wait(TimeSpan.FromDays(1));
        flight.State.HasEnded.ShouldBeFalse();
        flight.State.Phase.ShouldBe(MigrationPhase.PreCopy);
    }

    [Fact]
    public void Should_give_up_a_destination_that_never_prepares()
    {
        var flight = new FlightDriver().Wait(FlightTimers.PrepareTimeout + FlightTimers.CleanUpPatience);
        flight.State.Outcome.ShouldBe(MigrationOutcome.TimedOut);
        flight.State.Reason.ShouldContain("hostb did not prepare");
    }

    [Fact]
    public void Should_hold_the_completion_timeout_itself_although_the_agent_has_lost_account_of_the_job()
    {
        var limits = new MigrationLimits { CompletionTimeout = TimeSpan.FromMinutes(10) };
        var flight = new FlightDriver(limits: limits).Started().Report(Given.Source, VmStatus.MigratingFrom).Wait(TimeSpan.FromMinutes(9));
        flight.Commands.ShouldNotContain(command => command is AbortJob);

        flight.Wait(TimeSpan.FromMinutes(2));
        flight.Answer(flight.Last<AbortJob>()).Both(VmStatus.Up, null).Wait(FlightTimers.VerdictGrace / 2).Both(VmStatus.Up, null).Wait(FlightTimers.VerdictGrace * 2);
        flight.Answer(flight.Last<CleanUpIncoming>());
        flight.State.Outcome.ShouldBe(MigrationOutcome.TimedOut);
    }

    [Fact]
    public void Should_end_when_somebody_moves_the_machine_back_before_its_end_is_named()
    {
        var flight = new FlightDriver().Started().Both(VmStatus.MigratingFrom, VmStatus.MigratingTo).JobEnds(JobResult.Completed)
            .Both(VmStatus.Up, null).Wait(FlightTimers.DoubtfulVerdictGrace / 2).Both(VmStatus.Up, null).Wait(FlightTimers.DoubtfulVerdictGrace);
        flight.Answer(flight.Last<CleanUpIncoming>());
        flight.State.Outcome.ShouldBe(MigrationOutcome.Failed);
        flight.State.Reason.ShouldContain("moved back outside the mesh");
    }
}
