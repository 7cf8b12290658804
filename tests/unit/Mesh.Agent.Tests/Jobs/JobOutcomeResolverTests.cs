using Mesh.Agent.Hypervisors;
using Mesh.Agent.Jobs;
using Mesh.Contracts.Agents;

namespace Mesh.Agent.Tests.Jobs;

public sealed class JobOutcomeResolverTests
{
    [Theory]
    [InlineData("")]
    [InlineData("the definition could not be saved on the destination")]
    public void A_successful_call_is_enough(string error) =>
        JobOutcomeResolver.Resolve(new(new MigrateResult(MigrateOutcome.Completed, error), null, false, null, null, false)).ShouldBe(new JobOutcome(JobResult.Completed, error));

    [Theory]
    [InlineData(MigrateOutcome.Aborted, false, JobResult.Cancelled)]
    [InlineData(MigrateOutcome.Failed, false, JobResult.Failed)]
    [InlineData(MigrateOutcome.Failed, true, JobResult.Cancelled)]
    public void A_failed_call_leaves_the_vm_here(MigrateOutcome outcome, bool isAbortRequested, JobResult expected) =>
        JobOutcomeResolver.Resolve(new(new MigrateResult(outcome, "why"), null, true, VmRunState.Running, null, isAbortRequested))
            .ShouldBe(new JobOutcome(expected, expected is JobResult.Failed ? "why" : ""));

    [Theory]
    [InlineData(VmRunState.PausedPostCopy)]
    [InlineData(VmRunState.PostCopyFailed)]
    public void A_recoverable_post_copy_has_not_ended_whatever_the_call_returned(VmRunState state) =>
        JobOutcomeResolver.Resolve(new(new MigrateResult(MigrateOutcome.Failed, "why"), false, true, state, null, false)).ShouldBeNull();

    [Fact]
    public void A_vm_that_moved_although_the_call_failed_has_moved() =>
        JobOutcomeResolver.Resolve(new(new MigrateResult(MigrateOutcome.Failed, "client socket is closed"), false, true, VmRunState.DownMigrated, null, false))
            .ShouldBe(JobOutcome.Completed);

    [Theory]
    [InlineData(null, JobResult.Failed)]
    [InlineData(false, JobResult.Failed)]
    [InlineData(true, JobResult.Completed)]
    public void A_failed_call_and_a_vm_that_is_gone(bool? stopSeen, JobResult expected) =>
        JobOutcomeResolver.Resolve(new(new MigrateResult(MigrateOutcome.Failed, "why"), false, true, null, stopSeen, false))!.Result.ShouldBe(expected);

    [Fact]
    public void There_is_no_outcome_while_the_hypervisor_does_not_respond()
    {
        JobOutcomeResolver.Resolve(new(new MigrateResult(MigrateOutcome.Failed, "why"), null, false, null, null, false)).ShouldBeNull();
        JobOutcomeResolver.Resolve(new(null, null, false, null, null, false)).ShouldBeNull();
        JobOutcomeResolver.Resolve(new(null, false, false, null, null, false)).ShouldBeNull();
    }

    [Theory]
    [InlineData(true, VmRunState.Running)]
    [InlineData(true, VmRunState.PausedMigrating)]
    [InlineData(null, VmRunState.Running)]
    public void Without_the_call_a_job_that_runs_or_may_run_has_not_ended(bool? hasJob, VmRunState state) =>
        JobOutcomeResolver.Resolve(new(null, hasJob, true, state, null, false)).ShouldBeNull();

    [Theory]
    [InlineData(VmRunState.DownMigrated, null, false, JobResult.Completed)]
    [InlineData(null, null, false, JobResult.Completed)]
    [InlineData(null, true, false, JobResult.Completed)]
    [InlineData(null, false, false, JobResult.Failed)]
    [InlineData(VmRunState.Down, null, false, JobResult.Failed)]
    [InlineData(VmRunState.Running, null, false, JobResult.Failed)]
    [InlineData(VmRunState.Running, null, true, JobResult.Cancelled)]
    [InlineData(VmRunState.Paused, null, false, JobResult.Failed)]
    public void Without_the_call_the_vms_state_decides(VmRunState? state, bool? stopSeen, bool isAbortRequested, JobResult expected) =>
        JobOutcomeResolver.Resolve(new(null, false, true, state, stopSeen, isAbortRequested))!.Result.ShouldBe(expected);

    [Theory]
    [InlineData(VmRunState.Down, null, true)]
    [InlineData(null, false, true)]
    [InlineData(VmRunState.Running, null, false)]
    public void A_guest_that_stopped_here_is_named_as_that(VmRunState? state, bool? stopSeen, bool expected)
    {
        JobOutcomeResolver.Resolve(new(new MigrateResult(MigrateOutcome.Failed, "domain is not running"), false, true, state, stopSeen, false))!.GuestStopped.ShouldBe(expected);
        JobOutcomeResolver.Resolve(new(null, false, true, state, stopSeen, false))!.GuestStopped.ShouldBe(expected);
    }
}
