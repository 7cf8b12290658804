using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Vms;

namespace Mesh.Migrations.Tests;

public sealed class When_the_vm_arrives_but_does_not_run
{
    private static MigrationDriver Arrived(VmDescription? vm = null)
    {
        var migration = new MigrationDriver(facts: Given.Facts(vm));
        return migration.Started().ReportBoth(VmStatus.MigratingFrom, VmStatus.MigratingTo).JobEnds(JobResult.Completed);
    }

    [Theory]
    [InlineData("paused (I/O error)")]
    [InlineData("paused (watchdog)")]
    [InlineData("paused (crashed)")]
    public void Should_be_no_plain_success_and_say_why(string detail)
    {
        var migration = Arrived();
        for (var second = 0; second < 15 && !migration.State.HasEnded; second++)
            migration.Tick(Given.Source, null).Report(Given.Destination, VmStatus.Paused, detail: detail);
        (migration.State.Outcome, migration.State.Reason).ShouldBe(
            (MigrationOutcome.CompletedNotRunning, $"hostb has the VM, but it does not run there: {detail}"));
    }

    [Fact]
    public void Should_give_it_a_moment_to_run()
    {
        var migration = Arrived().Tick(Given.Source, null).Report(Given.Destination, VmStatus.Paused, detail: "paused (migrating)");
        migration.State.HasEnded.ShouldBeFalse();
        migration.Tick(Given.Destination, VmStatus.Up).State.Outcome.ShouldBe(MigrationOutcome.Completed);
    }

    [Fact]
    public void Should_succeed_at_once_if_it_was_paused_at_the_start_too()
    {
        // A paused VM is not migrated today; the state is of an attempt that was admitted all the same.
        var migration = new MigrationDriver().Started().ReportBoth(VmStatus.MigratingFrom, VmStatus.MigratingTo).JobEnds(JobResult.Completed);
        var paused = migration.State with { Vm = migration.State.Vm! with { Status = VmStatus.Paused } };
        var at = migration.Now + TimeSpan.FromSeconds(1);
        var source = MigrationStateMachine.Apply(paused, new ReportReceived(Given.Source, 1, 100, true, At: at), at).State;
        var state = MigrationStateMachine.Apply(
            source, new ReportReceived(Given.Destination, 1, 100, true, new VmStatusReport(Given.Vm, "g1", VmStatus.Paused, "paused (user)"), At: at), at).State;
        state.Outcome.ShouldBe(MigrationOutcome.Completed);
    }

    [Fact]
    public void Should_say_so_also_if_the_end_of_the_job_was_never_reported()
    {
        var migration = new MigrationDriver().Started().ReportBoth(VmStatus.MigratingFrom, VmStatus.MigratingTo);
        for (var second = 0; second < 30 && !migration.State.HasEnded; second++)
            migration.Tick(Given.Source, null).Report(Given.Destination, VmStatus.Paused, detail: "paused (I/O error)");
        migration.State.Outcome.ShouldBe(MigrationOutcome.CompletedNotRunning);
        migration.State.Reason.ShouldContain("paused (I/O error); both hosts report that the VM has moved");
    }

    [Fact]
    public void Should_say_so_if_it_has_run_there_and_stopped()
    {
        var migration = new MigrationDriver().Started().ReportBoth(VmStatus.MigratingFrom, VmStatus.MigratingTo).Report(Given.Destination, VmStatus.Up);
        migration.Report(Given.Destination, VmStatus.Down, detail: "crashed (panicked)").JobEnds(JobResult.Completed);
        for (var second = 0; second < 15 && !migration.State.HasEnded; second++)
            migration.Tick(Given.Source, null).Report(Given.Destination, VmStatus.Down, detail: "crashed (panicked)", elsewhere: ThirdHostPresence.No);
        (migration.State.Outcome, migration.State.Reason).ShouldBe(
            (MigrationOutcome.CompletedNotRunning, "hostb received the VM, and it does not run there any more: crashed (panicked)"));
    }

    [Fact]
    public void Should_say_so_if_it_crashed_there_before_it_was_ever_seen_running()
    {
        var migration = Arrived();
        for (var second = 0; second < 300 && !migration.State.HasEnded; second++)
            migration.Tick(Given.Source, null).Report(Given.Destination, VmStatus.Down, detail: "shut off (crashed)");
        migration.State.Outcome.ShouldBe(MigrationOutcome.CompletedNotRunning);
    }

    [Fact]
    public void Should_not_call_a_VM_stopped_that_was_moved_on_since()
    {
        var migration = new MigrationDriver().Started().ReportBoth(VmStatus.MigratingFrom, VmStatus.MigratingTo).Report(Given.Destination, VmStatus.Up).JobEnds(JobResult.Completed);
        for (var second = 0; second < 15 && !migration.State.HasEnded; second++)
            migration.Tick(Given.Source, null).Report(Given.Destination, null, elsewhere: ThirdHostPresence.Yes);
        migration.State.Outcome.ShouldBe(MigrationOutcome.Completed);
    }
}
