using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Vms;

namespace Mesh.Migrations.Tests;

public sealed class When_a_flight_is_aborted
{
    [Fact]
    public void Should_never_start_what_was_aborted_while_preparing()
    {
        var flight = new FlightDriver().Abort();
        Flight.AnswerToAbort(flight.State).Result.ShouldBe(AbortResult.Aborting);
        flight.State.Phase.ShouldBe(MigrationPhase.CleaningUp);

        flight.Prepared();
        flight.Commands.ShouldNotContain(command => command is StartMigration);
        flight.Answer(flight.Last<CleanUpIncoming>());
        flight.State.Outcome.ShouldBe(MigrationOutcome.AbortedByOperator);
    }

    [Fact]
    public void Should_end_without_a_dead_destination_s_word_when_nothing_was_started()
    {
        var flight = new FlightDriver().Abort().Wait(FlightTimers.CleanUpPatience);
        flight.State.Outcome.ShouldBe(MigrationOutcome.AbortedByOperator);
        flight.State.Reason.ShouldContain("yet to confirm");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Should_abort_on_the_source_once_it_was_told_to_start(bool started)
    {
        var flight = started ? new FlightDriver().Started() : new FlightDriver().Prepared();
        flight.Abort().Abort();
        flight.Commands.OfType<AbortJob>().Count().ShouldBe(1);

        flight.Answer(flight.Last<AbortJob>()).JobEnds(JobResult.Cancelled).Report(Given.Source, VmStatus.Up);
        flight.Answer(flight.Last<CleanUpIncoming>());
        flight.State.Outcome.ShouldBe(MigrationOutcome.AbortedByOperator);
    }

    [Fact]
    public void Should_take_success_for_success_when_the_abort_came_too_late()
    {
        var flight = new FlightDriver().Started().Abort();
        flight.Answer(flight.Last<AbortJob>(), CommandResult.Refused, new Refusal(RefusalCode.Hypervisor, "it runs on hostb"));
        flight.JobEnds(JobResult.Completed).Both(null, VmStatus.Up);
        flight.State.Outcome.ShouldBe(MigrationOutcome.Completed);
    }

    [Fact]
    public void Should_refuse_to_abort_a_machine_that_runs_on_the_destination()
    {
        var flight = new FlightDriver(new MigrationOptions { PostCopy = true }).Started();
        flight.Report(Given.Source, VmStatus.MigratingFrom, flight.Sample(JobPhase.PostCopy)).Abort();
        Flight.AnswerToAbort(flight.State).Result.ShouldBe(AbortResult.TooLate);
        flight.Commands.ShouldNotContain(command => command is AbortJob);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Should_end_timed_out_when_the_agent_aborted_for_a_hard_limit(bool limitComesLate)
    {
        var flight = new FlightDriver().Started();
        if (limitComesLate)
            flight.JobEnds(JobResult.Cancelled);
        flight.ReachesLimit(HardLimit.ProgressTimeout, 150);
        flight.JobEnds(JobResult.Cancelled).Report(Given.Source, VmStatus.Up);
        flight.Answer(flight.Last<CleanUpIncoming>());

        flight.State.Outcome.ShouldBe(MigrationOutcome.TimedOut);
        flight.State.Reason.ShouldContain("150 s");
    }
}
