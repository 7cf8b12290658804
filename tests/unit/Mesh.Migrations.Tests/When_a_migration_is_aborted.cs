using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Vms;

namespace Mesh.Migrations.Tests;

public sealed class When_a_migration_is_aborted
{
    [Fact]
    public void Should_never_start_what_was_aborted_while_preparing()
    {
        var migration = new MigrationDriver().Abort();
        MigrationStateMachine.AnswerToAbort(migration.State).Result.ShouldBe(AbortResult.Aborting);
        migration.State.Phase.ShouldBe(MigrationPhase.CleaningUp);

        migration.Prepared();
        migration.Commands.ShouldNotContain(command => command is StartMigration);
        migration.Answer(migration.Last<CleanUpIncoming>());
        migration.State.Outcome.ShouldBe(MigrationOutcome.AbortedByOperator);
    }

    [Fact]
    public void Should_end_without_a_dead_destination_s_answer_when_nothing_was_started()
    {
        var migration = new MigrationDriver().Abort().Wait(MigrationTimers.CleanUpTimeout);
        migration.State.Outcome.ShouldBe(MigrationOutcome.AbortedByOperator);
        migration.State.Reason.ShouldContain("has not confirmed its clean-up");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Should_abort_on_the_source_once_the_start_was_sent(bool started)
    {
        var migration = started ? new MigrationDriver().Started() : new MigrationDriver().Prepared();
        migration.Abort().Abort();
        migration.Commands.OfType<AbortJob>().Count().ShouldBe(1);

        migration.Answer(migration.Last<AbortJob>()).JobEnds(JobResult.Cancelled).Report(Given.Source, VmStatus.Up);
        migration.Answer(migration.Last<CleanUpIncoming>());
        migration.State.Outcome.ShouldBe(MigrationOutcome.AbortedByOperator);
    }

    [Fact]
    public void Should_end_as_completed_when_the_abort_came_too_late()
    {
        var migration = new MigrationDriver().Started().Abort();
        migration.Answer(migration.Last<AbortJob>(), CommandResult.Rejected, new Refusal(RefusalCode.HypervisorError, "it runs on hostb"));
        migration.JobEnds(JobResult.Completed).ReportBoth(null, VmStatus.Up);
        migration.State.Outcome.ShouldBe(MigrationOutcome.Completed);
    }

    [Fact]
    public void Should_refuse_to_abort_when_the_VM_runs_on_the_destination()
    {
        var migration = new MigrationDriver(new MigrationOptions { PostCopy = true }).Started();
        migration.Report(Given.Source, VmStatus.MigratingFrom, migration.Sample(JobPhase.PostCopy)).Abort();
        MigrationStateMachine.AnswerToAbort(migration.State).Result.ShouldBe(AbortResult.TooLate);
        migration.Commands.ShouldNotContain(command => command is AbortJob);
    }

    [Theory]
    [InlineData(MigrationPhase.Confirming)]
    [InlineData(MigrationPhase.CleaningUp)]
    public void Should_not_try_another_host_when_the_abort_comes_after_a_failure(MigrationPhase phase)
    {
        var migration = MigrationDriver.WithAlternatives(Given.Third).Started().ReportBoth(VmStatus.MigratingFrom, VmStatus.MigratingTo).JobEnds(JobResult.Failed, "link lost");
        if (phase == MigrationPhase.CleaningUp)
            migration.Report(Given.Source, VmStatus.Up);
        migration.State.Phase.ShouldBe(phase);
        MigrationStateMachine.AnswerToAbort(migration.Abort().State).ShouldBe(new AbortAnswer(AbortResult.Aborting, "aborted by tester"));
        if (phase == MigrationPhase.Confirming)
            migration.Report(Given.Source, VmStatus.Up);
        migration.Answer(migration.Last<CleanUpIncoming>());
        (migration.State.Outcome, migration.State.Reason).ShouldBe((MigrationOutcome.AbortedByOperator, "aborted by tester; the source reported: link lost"));
    }

    [Fact]
    public void Should_end_when_the_source_has_promised_never_to_start_although_the_start_is_never_answered()
    {
        var migration = new MigrationDriver().Prepared().Abort();
        migration.Answer(migration.Last<AbortJob>());
        migration.State.Outstanding.ShouldBeEmpty();
        for (var second = 0; second < 400 && migration.State.Phase == MigrationPhase.Starting; second++)
            migration.Tick(Given.Source, VmStatus.Up).Report(Given.Destination, null);
        migration.Answer(migration.Last<CleanUpIncoming>());
        migration.State.Outcome.ShouldBe(MigrationOutcome.AbortedByOperator);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Should_end_timed_out_when_the_agent_aborted_because_of_a_hard_limit(bool limitComesLate)
    {
        var migration = new MigrationDriver().Started();
        if (limitComesLate)
            migration.JobEnds(JobResult.Cancelled);
        migration.ReachesLimit(HardLimit.ProgressTimeout, 150);
        migration.JobEnds(JobResult.Cancelled).Report(Given.Source, VmStatus.Up);
        migration.Answer(migration.Last<CleanUpIncoming>());

        migration.State.Outcome.ShouldBe(MigrationOutcome.TimedOut);
        migration.State.Reason.ShouldContain("150 s");
    }
}
