using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Vms;

namespace Mesh.Migrations.Tests;

/// <summary>The guest powers off, crashes or is destroyed on its source: that is how the migration ends, and soon.</summary>
public sealed class When_the_guest_stops
{
    private static MigrationDriver Copying() => new MigrationDriver().Started().ReportBoth(VmStatus.MigratingFrom, VmStatus.MigratingTo);

    [Theory]
    [InlineData("shut off (shutdown)", "the guest shut down during its migration: hosta reports it as shut off (shutdown), defined there")]
    [InlineData("shut off (crashed)", "the guest crashed during its migration: hosta reports it as shut off (crashed), defined there")]
    [InlineData("crashed (panicked)", "the guest crashed during its migration: hosta reports it as crashed (panicked), defined there")]
    [InlineData("shut off (destroyed)", "the guest was destroyed during its migration: hosta reports it as shut off (destroyed), defined there")]
    public void Should_end_as_what_it_is_within_two_ticks(string detail, string reason)
    {
        var migration = Copying();
        migration.Tick(Given.Source, VmStatus.Down, detail).Report(Given.Destination, VmStatus.MigratingTo);
        migration.State.Phase.ShouldBe(MigrationPhase.PreCopy, "one report proves nothing");
        migration.Tick(Given.Source, VmStatus.Down, detail).Report(Given.Destination, null);

        migration.Answer(migration.Last<CleanUpIncoming>());
        (migration.State.Outcome, migration.State.Reason).ShouldBe((MigrationOutcome.GuestStopped, reason));
    }

    [Fact]
    public void Should_keep_the_hypervisor_s_own_words()
    {
        var migration = Copying().JobEnds(JobResult.Failed, "operation failed: domain is not running");
        migration.Tick(Given.Source, VmStatus.Down, "shut off (crashed)").Report(Given.Destination, null).Tick(Given.Source, VmStatus.Down, "shut off (crashed)").Report(Given.Destination, null);
        migration.Answer(migration.Last<CleanUpIncoming>());
        migration.State.Outcome.ShouldBe(MigrationOutcome.GuestStopped);
        migration.State.Reason.ShouldEndWith("; the source reported: operation failed: domain is not running");
    }

    [Fact]
    public void Should_believe_the_source_s_event_about_a_guest_that_is_not_defined_there()
    {
        var migration = Copying();
        migration.Event(migration.Ended(JobResult.Failed, "the VM stopped") with { GuestStopped = true });
        migration.Tick(Given.Source, null).Report(Given.Destination, null).Tick(Given.Source, null).Report(Given.Destination, null);
        migration.Answer(migration.Last<CleanUpIncoming>());
        migration.State.Outcome.ShouldBe(MigrationOutcome.GuestStopped);
        migration.State.Reason.ShouldBe("the guest stopped during its migration: hosta no longer has it; the source reported: the VM stopped");
    }

    [Fact]
    public void Should_not_take_a_guest_that_has_moved_for_one_that_stopped()
    {
        var migration = Copying();
        for (var tick = 0; tick < 5; tick++)
            migration.Tick(Given.Source, VmStatus.Down, "shut off (migrated)").Report(Given.Destination, VmStatus.MigratingTo);
        migration.State.HasEnded.ShouldBeFalse();
        migration.Commands.ShouldNotContain(command => command is CleanUpIncoming);
        migration.JobEnds(JobResult.Completed).Tick(Given.Destination, VmStatus.Up).State.Outcome.ShouldBe(MigrationOutcome.Completed);
    }

    [Fact]
    public void Should_not_take_the_copy_of_a_guest_that_has_run_on_the_destination_for_the_guest()
    {
        var migration = Copying().Report(Given.Destination, VmStatus.Up);
        for (var tick = 0; tick < 5; tick++)
            migration.Tick(Given.Source, VmStatus.Down, "shut off (destroyed)").Report(Given.Destination, null);
        migration.State.Outcome.ShouldNotBe(MigrationOutcome.GuestStopped);
    }

    [Fact]
    public void Should_find_that_it_runs_on_the_destination_after_all()
    {
        var migration = Copying();
        migration.Tick(Given.Source, VmStatus.Down, "shut off (crashed)").Report(Given.Destination, null).Tick(Given.Source, VmStatus.Down, "shut off (crashed)").Report(Given.Destination, null);
        migration.Answer(migration.Last<CleanUpIncoming>(), CommandResult.Rejected, new Refusal(RefusalCode.VmExistsOnDestination, "it runs here"));
        for (var second = 0; second < 20; second++)
            migration.Tick(Given.Source, VmStatus.Down, "shut off (crashed)").Report(Given.Destination, VmStatus.Up);
        migration.State.Outcome.ShouldBe(MigrationOutcome.Completed);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Should_end_a_migration_that_waits(bool isReady)
    {
        var migration = isReady ? MigrationDriver.Waiting().Admit(mayTransfer: false).Prepared() : MigrationDriver.Waiting();
        migration.Tick(Given.Source, VmStatus.Down, "shut off (shutdown)");
        migration.State.HasEnded.ShouldBeFalse();
        migration.Tick(Given.Source, VmStatus.Down, "shut off (shutdown)");
        if (isReady)
            migration.Answer(migration.Last<CleanUpIncoming>());
        (migration.State.Outcome, migration.State.Reason).ShouldBe(
            (MigrationOutcome.GuestStopped, "the guest shut down while its migration waited: hosta reports it as shut off (shutdown), defined there"));
        migration.Commands.ShouldNotContain(command => command is StartMigration);
    }

    [Fact]
    public void Should_end_a_waiting_migration_of_a_guest_that_no_host_has_any_more()
    {
        var migration = MigrationDriver.Waiting();
        for (var second = 0; second < 9; second++)
            migration.Tick(Given.Source, null);
        migration.State.HasEnded.ShouldBeFalse();
        for (var second = 0; second < 4; second++)
            migration.Tick(Given.Source, null);
        migration.State.Outcome.ShouldBe(MigrationOutcome.GuestStopped);
    }

    [Theory]
    [InlineData(ThirdHostPresence.Yes)]
    [InlineData(ThirdHostPresence.Unknown)]
    public void Should_wait_on_for_a_guest_that_another_host_has_or_may_have(ThirdHostPresence elsewhere)
    {
        var migration = MigrationDriver.Waiting();
        for (var second = 0; second < 60; second++)
            migration.Wait(TimeSpan.FromSeconds(1)).Report(Given.Source, null, elsewhere: elsewhere);
        migration.State.Phase.ShouldBe(MigrationPhase.Queued);
    }

    [Fact]
    public void Should_wait_on_for_a_guest_that_is_up_again()
    {
        var migration = MigrationDriver.Waiting();
        migration.Tick(Given.Source, VmStatus.Down, "shut off (shutdown)").Tick(Given.Source, VmStatus.Up).Tick(Given.Source, VmStatus.Down, "shut off (shutdown)");
        migration.State.Phase.ShouldBe(MigrationPhase.Queued);
        migration.State.GuestStop!.IsConfirmed.ShouldBeFalse();
    }

    [Fact]
    public void Should_not_be_tried_on_another_host()
    {
        var migration = MigrationDriver.WithAlternatives(Given.Third).Started().ReportBoth(VmStatus.MigratingFrom, VmStatus.MigratingTo).JobEnds(JobResult.Failed, "domain is not running");
        migration.Tick(Given.Source, VmStatus.Down, "shut off (crashed)").Report(Given.Destination, null).Tick(Given.Source, VmStatus.Down, "shut off (crashed)").Report(Given.Destination, null);
        migration.Answer(migration.Last<CleanUpIncoming>());
        migration.State.Outcome.ShouldBe(MigrationOutcome.GuestStopped);
    }

    [Fact]
    public void Should_keep_the_hypervisor_s_words_also_when_somebody_has_aborted()
    {
        var migration = Copying().Abort();
        migration.Answer(migration.Last<AbortJob>()).JobEnds(JobResult.Failed, "internal error: QEMU went away").Report(Given.Source, VmStatus.Up);
        migration.Answer(migration.Last<CleanUpIncoming>());
        (migration.State.Outcome, migration.State.Reason).ShouldBe(
            (MigrationOutcome.AbortedByOperator, "aborted by tester; the source reported: internal error: QEMU went away"));
    }

    [Fact]
    public void Should_keep_the_hypervisor_s_words_also_when_the_VM_is_lost()
    {
        var migration = Copying().JobEnds(JobResult.Failed, "internal error: QEMU went away");
        migration.ReportBoth(null, null).Wait(MigrationTimers.DoubtfulLocationGrace / 2).ReportBoth(null, null).Wait(MigrationTimers.DoubtfulLocationGrace);
        (migration.State.Outcome, migration.State.Reason).ShouldBe(
            (MigrationOutcome.Lost, "neither hosta nor hostb has the VM any more; the source reported: internal error: QEMU went away"));
    }
}
