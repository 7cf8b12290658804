using Mesh.Contracts.Agents;
using Mesh.Contracts.Events;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Migrations.Tests;

public sealed class When_the_next_host_is_tried
{
    private static MigrationDriver Failed(params HostName[] alternatives)
    {
        var migration = MigrationDriver.WithAlternatives(alternatives).Started().ReportBoth(VmStatus.MigratingFrom, VmStatus.MigratingTo)
            .JobEnds(JobResult.Failed, "link lost").ReportBoth(VmStatus.Up, null);
        return migration.Answer(migration.Last<CleanUpIncoming>());
    }

    [Fact]
    public void Should_try_it_when_the_VM_is_up_on_the_source_and_down_on_the_destination()
    {
        var migration = Failed(Given.Third);
        migration.State.HasEnded.ShouldBeFalse();
        migration.State.Destination.ShouldBe(Given.Third);
        migration.State.FailedAttempts.ShouldBe([new FailedAttempt(Given.Destination, "link lost", Given.Epoch, migration.Now)]);
        (migration.State.Epoch > Given.Epoch).ShouldBeTrue();
        migration.Last<PrepareIncoming>().Epoch.ShouldBe(migration.State.Epoch);

        var published = migration.Events.OfType<MigrationRequeued>().ShouldHaveSingleItem();
        (published.Destination, published.Failure, published.Attempt).ShouldBe((Given.Destination, "link lost", 2));

        migration.Prepared().Answer(migration.Last<StartMigration>()).JobEnds(JobResult.Completed).ReportBoth(null, VmStatus.Up);
        migration.State.Outcome.ShouldBeNull("a report of the first destination says nothing about the second");
        migration.Report(Given.Third, VmStatus.Up);
        migration.State.Outcome.ShouldBe(MigrationOutcome.Completed);
        migration.Last<StartMigration>().Destination.ShouldBe(Given.Third);
    }

    [Fact]
    public void Should_try_it_when_a_destination_cannot_prepare()
    {
        var migration = MigrationDriver.WithAlternatives(Given.Third);
        migration.Answer(migration.Last<PrepareIncoming>(), CommandResult.Rejected, new Refusal(RefusalCode.StorageError, "no room"));
        migration.State.Destination.ShouldBe(Given.Third);

        migration = MigrationDriver.WithAlternatives(Given.Third).Wait(MigrationTimers.PrepareTimeout);
        migration.State.Destination.ShouldBe(Given.Third);
        migration.Commands.OfType<CleanUpIncoming>().ShouldHaveSingleItem();
    }

    [Fact]
    public void Should_try_it_when_the_destination_was_fenced()
    {
        var migration = MigrationDriver.WithAlternatives(Given.Third).Fence(Given.Destination);
        migration.State.Destination.ShouldBe(Given.Third);
    }

    [Fact]
    public void Should_fail_when_no_host_is_left()
    {
        var migration = Failed(Given.Third);
        migration.Answer(migration.Last<PrepareIncoming>(), CommandResult.Rejected, new Refusal(RefusalCode.StorageError, "no room"));
        migration.State.Outcome.ShouldBe(MigrationOutcome.Failed, "an earlier attempt was started");
        migration.State.FailedAttempts.Count.ShouldBe(1);
    }

    [Fact]
    public void Should_try_three_hosts_and_no_more()
    {
        var fifth = new HostName("hoste");
        var migration = MigrationDriver.WithAlternatives(Given.Third, Given.Fourth, fifth);
        for (var attempt = 1; attempt <= RetryPolicy.HostsTriedMax; attempt++)
            migration.Answer(migration.Last<PrepareIncoming>(), CommandResult.Failed, new Refusal(RefusalCode.HypervisorError, "no"));
        migration.State.Outcome.ShouldBe(MigrationOutcome.Failed);
        migration.State.FailedAttempts.Select(attempt => attempt.Destination).ShouldBe([Given.Destination, Given.Third]);
        migration.State.Destination.ShouldBe(Given.Fourth);
    }

    [Fact]
    public void Should_not_try_it_after_an_operators_abort_or_for_a_VM_that_does_not_converge()
    {
        var aborted = MigrationDriver.WithAlternatives(Given.Third).Started().Abort().JobEnds(JobResult.Cancelled).ReportBoth(VmStatus.Up, null);
        aborted.Answer(aborted.Last<CleanUpIncoming>()).State.Outcome.ShouldBe(MigrationOutcome.AbortedByOperator);

        var external = MigrationDriver.WithAlternatives(Given.Third).Started().JobEnds(JobResult.Cancelled).ReportBoth(VmStatus.Up, null);
        external.Answer(external.Last<CleanUpIncoming>()).State.Outcome.ShouldBe(MigrationOutcome.Failed);

        var notStarted = MigrationDriver.WithAlternatives(Given.Third).Prepared();
        notStarted.Answer(notStarted.Last<StartMigration>(), CommandResult.Rejected, new Refusal(RefusalCode.VmNotRunning, "g1 is shut off"));
        notStarted.Answer(notStarted.Last<CleanUpIncoming>()).State.Outcome.ShouldBe(MigrationOutcome.Failed, "it was the source that refused");
    }

    [Theory]
    [InlineData("internal error: unable to execute QEMU command 'migrate': State blocked by non-migratable device '0000:00:04.0/ich9_ahci'", FailureCause.Vm)]
    [InlineData("Timed out during operation: cannot acquire state change lock", FailureCause.Source)]
    public void Should_not_try_it_where_no_other_host_would_help(string error, FailureCause cause)
    {
        var migration = FailedWith(MigrationDriver.WithAlternatives(Given.Third), error);

        (migration.State.Outcome, migration.State.Reason).ShouldBe((MigrationOutcome.Failed, error));
        migration.Events.OfType<MigrationEnded>().ShouldHaveSingleItem().Cause.ShouldBe(cause);
    }

    [Fact]
    public void Should_try_every_host_while_each_is_to_blame()
    {
        const string NoStorage = "Cannot access storage file '/srv/g1.qcow2': No such file or directory";
        var migration = FailedWith(MigrationDriver.WithAlternatives(Given.Third, Given.Fourth), NoStorage);
        migration = FailedWith(migration, NoStorage);

        migration.State.Destination.ShouldBe(Given.Fourth);
        migration.Events.OfType<MigrationRequeued>().ShouldAllBe(requeued => requeued.Cause == FailureCause.Destination);
    }

    [Theory]
    [InlineData("internal error: client socket is closed", FailureCause.Network)]
    [InlineData("operation failed: job 'migration out' unexpectedly failed", FailureCause.Unknown)]
    public void Should_try_one_more_if_nobody_can_tell_who_is_to_blame(string error, FailureCause cause)
    {
        var migration = FailedWith(MigrationDriver.WithAlternatives(Given.Third, Given.Fourth), error);
        migration.State.FailedAttempts.ShouldHaveSingleItem().Cause.ShouldBe(cause);

        migration = FailedWith(migration, error);

        (migration.State.Outcome, migration.State.Destination).ShouldBe((MigrationOutcome.Failed, Given.Third));
    }

    private static MigrationDriver FailedWith(MigrationDriver migration, string error)
    {
        migration.Prepared().Answer(migration.Last<StartMigration>()).JobEnds(JobResult.Failed, error)
            .Report(Given.Source, VmStatus.Up).Report(migration.State.Destination!.Value, null);
        return migration.Answer(migration.Last<CleanUpIncoming>());
    }

    [Fact]
    public void Should_wait_for_the_scheduler_to_choose_a_host()
    {
        var migration = MigrationDriver.WithAlternatives(Given.Third);
        migration.IsAdmittedAtOnce = false;
        migration.Wait(TimeSpan.FromSeconds(1)).Answer(migration.Last<PrepareIncoming>(), CommandResult.Failed, new Refusal(RefusalCode.HypervisorError, "no"));

        var state = migration.State;
        (state.Phase, state.Attempt, state.Destination, state.QueuedAt).ShouldBe((MigrationPhase.Queued, 2, null, migration.Now));
        (state.MayTransfer, state.Share, state.Choice, state.Outstanding.Count).ShouldBe((false, null, null, 0));
        state.Reason.ShouldBe("hostb failed (hostb cannot take the VM: no); waiting for another host");
        MigrationTimers.NextDue(state).ShouldBeNull("time alone changes nothing");
        migration.Abort().State.Outcome.ShouldBe(MigrationOutcome.AbortedByOperator);
    }

    public static TheoryData<int?, int> HostsTried => new() { { null, RetryPolicy.HostsTriedMax }, { 1, 1 }, { 2, 2 }, { 4, 4 } };

    [Theory]
    [MemberData(nameof(HostsTried))]
    public void Should_try_as_many_hosts_as_the_request_allows(int? requested, int tried)
    {
        var request = Given.Request(alternatives: [Given.Third, Given.Fourth, new("hoste"), new("hostf")]) with { HostsTriedMax = requested };
        var migration = new MigrationDriver(request);
        while (!migration.State.HasEnded)
            migration.Answer(migration.Last<PrepareIncoming>(), CommandResult.Failed, new Refusal(RefusalCode.HypervisorError, "no"));
        migration.Commands.OfType<PrepareIncoming>().Count().ShouldBe(tried);
    }

    [Fact]
    public void Should_never_try_another_host_for_a_VM_with_one_allowed_host()
    {
        var migration = new MigrationDriver(Given.Request() with { HostsTriedMax = 5 }).Started().JobEnds(JobResult.Failed, "link lost").ReportBoth(VmStatus.Up, null);
        migration.Answer(migration.Last<CleanUpIncoming>()).State.Outcome.ShouldBe(MigrationOutcome.Failed);
        migration.Events.ShouldNotContain(published => published is MigrationRequeued);
    }

    [Fact]
    public void Should_not_count_the_source_as_another_host()
    {
        var migration = new MigrationDriver(Given.Request(alternatives: Given.Source));
        migration.Answer(migration.Last<PrepareIncoming>(), CommandResult.Rejected, new Refusal(RefusalCode.StorageError, "no room"));
        migration.State.Outcome.ShouldBe(MigrationOutcome.Refused);
    }

    [Fact]
    public void Should_ignore_late_messages_of_the_previous_attempt()
    {
        var migration = Failed(Given.Third);
        var before = migration.State;
        migration.Apply(new EventReceived(new JobEnded
        {
            EventId = new("late"),
            Host = Given.Source,
            MigrationId = before.Id,
            Epoch = Given.Epoch,
            VmId = Given.Vm,
            At = migration.Now,
            Result = JobResult.Completed,
            Error = "",
        }));
        migration.State.JobEnd.ShouldBeNull();
    }

    [Fact]
    public void Should_ignore_late_messages_of_the_previous_attempt_while_it_is_queued()
    {
        var migration = MigrationDriver.WithAlternatives(Given.Third).Started();
        migration.IsAdmittedAtOnce = false;
        migration.JobEnds(JobResult.Failed, "link lost").ReportBoth(VmStatus.Up, null).Answer(migration.Last<CleanUpIncoming>());
        var queued = migration.State;

        migration.JobEnds(JobResult.Completed).Report(Given.Source, VmStatus.MigratingFrom, migration.Sample()).Answer(migration.Last<StartMigration>());
        migration.ReachesLimit(HardLimit.ProgressTimeout, 150);
        migration.State.ShouldBe(queued);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    public void Should_try_it_after_a_limit_only_if_no_byte_had_been_sent(long sentMebibytes, bool isFinal)
    {
        var migration = MigrationDriver.WithAlternatives(Given.Third).Started();
        var sample = migration.Sample() with { Copy = new() { Memory = new TransferProgress(Bytes.FromGibibytes(1), Bytes.FromGibibytes(1), Bytes.FromMebibytes(sentMebibytes)) } };
        migration.Report(Given.Source, VmStatus.MigratingFrom, sample).ReachesLimit(HardLimit.CompletionTimeout, 122);
        migration.JobEnds(JobResult.Cancelled).ReportBoth(VmStatus.Up, null).Answer(migration.Last<CleanUpIncoming>());

        migration.State.Outcome.ShouldBe(isFinal ? MigrationOutcome.TimedOut : null);
        migration.State.Destination.ShouldBe(isFinal ? Given.Destination : Given.Third);
    }
}
