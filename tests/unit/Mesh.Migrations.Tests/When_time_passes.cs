using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Migrations.Tests;

public sealed class When_time_passes
{
    [Fact]
    public void Should_send_an_unanswered_command_again_with_the_same_identity_and_longer_pauses()
    {
        var migration = new MigrationDriver().Wait(TimeSpan.FromSeconds(40));
        var sent = migration.Commands.OfType<PrepareIncoming>().ToList();
        sent.Count.ShouldBe(4, "at 0, 5, 15 and 35 s");
        sent.Select(command => command.CommandId).Distinct().Count().ShouldBe(1);
    }

    [Fact]
    public void Should_not_send_an_answered_command_again()
    {
        var migration = new MigrationDriver().Started().Wait(TimeSpan.FromMinutes(10));
        migration.Commands.Count().ShouldBe(2);
    }

    [Theory]
    [InlineData(TimeoutAction.Suspend)]
    [InlineData(TimeoutAction.PostCopy)]
    public void Should_act_once_when_the_request_s_timeout_passes(TimeoutAction action)
    {
        var options = new MigrationOptions { PostCopy = true, Timeout = TimeSpan.FromSeconds(30), TimeoutAction = action };
        var migration = new MigrationDriver(options).Started().ReportBoth(VmStatus.MigratingFrom, VmStatus.MigratingTo);
        migration.Wait(TimeSpan.FromSeconds(29)).Commands.ShouldNotContain(command => command is ChangeParameters);

        migration.Wait(TimeSpan.FromSeconds(1)).Answer(migration.Last<ChangeParameters>()).Wait(TimeSpan.FromMinutes(5));
        var change = migration.Commands.OfType<ChangeParameters>().ShouldHaveSingleItem();
        change.Parameters.PostCopy.ShouldBe(action == TimeoutAction.PostCopy ? true : null);
        change.Parameters.Suspend.ShouldBe(action == TimeoutAction.Suspend ? true : null);
    }

    [Fact]
    public void Should_not_suspend_at_the_request_s_timeout_where_that_could_not_be_finished()
    {
        var options = new MigrationOptions { Timeout = TimeSpan.FromSeconds(30), TimeoutAction = TimeoutAction.Suspend };
        var policy = new MigrationPolicy { Name = "test", Description = "For tests.", Limits = new() { CompletionTimeout = TimeSpan.FromSeconds(35) }, LastResort = [PolicyActionKind.Abort] };
        var migration = MigrationDriver.Under(Given.Policy(policy), options).Started().Pass(1, 29, remainingMiB: 1000).Wait(TimeSpan.FromSeconds(2));
        migration.Commands.ShouldNotContain(command => command is ChangeParameters);
        migration.State.Changes.ShouldHaveSingleItem().Answers!.ShouldHaveSingleItem().Explanation.ShouldContain("would be suspended in vain");
    }

    [Fact]
    public void Should_not_abort_a_suspended_VM_at_the_request_s_timeout()
    {
        var options = new MigrationOptions { Timeout = TimeSpan.FromSeconds(30), TimeoutAction = TimeoutAction.Abort };
        var migration = new MigrationDriver(options).Started().Pass(1, 1);
        migration.Change(migration.NewChange() with { Parameters = new() { Suspend = true } }).Wait(TimeSpan.FromMinutes(1));
        migration.Commands.ShouldNotContain(command => command is AbortJob);
    }

    [Fact]
    public void Should_end_as_aborted_by_policy_when_the_timeout_action_is_abort()
    {
        var options = new MigrationOptions { Timeout = TimeSpan.FromSeconds(30), TimeoutAction = TimeoutAction.Abort };
        var migration = new MigrationDriver(options).Started().Wait(TimeSpan.FromSeconds(31));
        migration.Answer(migration.Last<AbortJob>()).JobEnds(JobResult.Cancelled).Report(Given.Source, VmStatus.Up);
        migration.Answer(migration.Last<CleanUpIncoming>());
        migration.State.Outcome.ShouldBe(MigrationOutcome.AbortedByPolicy);
    }

    [Fact]
    public void Should_ignore_events_of_another_attempt()
    {
        var migration = new MigrationDriver().Started();
        migration.Apply(new EventReceived(new JobEnded
        {
            Host = Given.Source,
            MigrationId = migration.State.Id,
            Epoch = new Epoch(3),
            VmId = Given.Vm,
            At = migration.Now,
            Result = JobResult.Failed,
            Error = "old",
        }));
        migration.State.JobEnd.ShouldBeNull();
    }

    [Fact]
    public void Should_do_nothing_once_it_has_ended()
    {
        var migration = new MigrationDriver().Started().JobEnds(JobResult.Completed).ReportBoth(null, VmStatus.Up);
        MigrationTimers.NextDue(migration.State).ShouldBeNull();
        var before = migration.Outputs.Count;
        migration.Abort().JobEnds(JobResult.Failed).ReportBoth(VmStatus.Up, null);
        migration.Outputs.Count.ShouldBe(before);
        migration.State.Outcome.ShouldBe(MigrationOutcome.Completed);
    }

    [Fact]
    public void Should_not_wait_longer_when_the_clock_was_set_back_across_a_restart()
    {
        var migration = new MigrationDriver().Wait(TimeSpan.FromMinutes(1));
        migration.SetBack(TimeSpan.FromHours(1));
        migration.Apply(new TimerElapsed());
        migration.State.PhaseSince.ShouldBeLessThan(migration.Now);
        migration.Wait(MigrationTimers.PrepareTimeout + MigrationTimers.CleanUpTimeout);
        migration.State.Outcome.ShouldBe(MigrationOutcome.TimedOut);
    }
}
