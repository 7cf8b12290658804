using Mesh.Agent.Hypervisors;
using Mesh.Agent.Tests.Fakes;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Agent.Tests.Jobs;

public sealed class MigrationMonitorTests : IAsyncDisposable
{
    private static readonly VmId One = Vm.Id(1);
    private static readonly VmId Two = Vm.Id(2);
    private readonly AgentHarness _host = new();

    [Fact]
    public async Task A_completed_job_is_reported_with_its_downtime()
    {
        await StartedAsync(One);
        var copy = ScriptedHypervisor.PreCopy(Bytes.Zero, Bytes.FromGibibytes(1)).Copy with { ActualDowntime = TimeSpan.FromMilliseconds(42) };
        _host.Hypervisor.Vms.Clear();
        _host.Hypervisor.Calls[One].SetResult(MigrateResult.Completed);
        _host.Hypervisor.Publish(new JobCompleted(One, copy));

        var ended = await EndedAsync();

        ended.Result.ShouldBe(JobResult.Completed);
        ended.Sample!.Copy.ActualDowntime.ShouldBe(TimeSpan.FromMilliseconds(42));
        ended.Sample.Phase.ShouldBe(JobPhase.Completed);
        await _host.UntilAsync(() => _host.Report is { Vms.Count: 0, Migrations.Count: 0 }, "a report without the migration");
    }

    [Fact]
    public async Task Without_final_statistics_the_downtime_is_unknown()
    {
        await StartedAsync(One);
        _host.Hypervisor.Jobs[One] = ScriptedHypervisor.Change(ScriptedHypervisor.PreCopy(Bytes.Zero, Bytes.FromGibibytes(1)), copy => copy with { ExpectedDowntime = TimeSpan.FromMilliseconds(7) });
        await _host.UntilAsync(() => _host.Report.Migrations is [{ Copy.ExpectedDowntime: not null }], "a sample");
        _host.Hypervisor.Calls[One].SetResult(MigrateResult.Completed);

        (await EndedAsync()).Sample!.Copy.ActualDowntime.ShouldBeNull();
    }

    [Fact]
    public async Task A_failed_job_is_reported_with_the_hypervisors_error()
    {
        await StartedAsync(One);
        _host.Hypervisor.Calls[One].SetResult(new MigrateResult(MigrateOutcome.Failed, "unable to connect to server at 'hostb:16509'"));

        var ended = await EndedAsync();

        ended.Result.ShouldBe(JobResult.Failed);
        ended.Error.ShouldBe("unable to connect to server at 'hostb:16509'");
        await _host.UntilAsync(() => _host.Report.Vms is [{ Status: VmStatus.Up }], "the VM to be up");
    }

    [Fact]
    public async Task While_it_runs_the_vm_is_migrating_from_here()
    {
        await StartedAsync(One);

        await _host.UntilAsync(() => _host.Report is { Vms: [{ Status: VmStatus.MigratingFrom }], Migrations: [{ Phase: JobPhase.PreCopy }] }, "a report");
        _host.Reports.Select(report => report.Sequence).ShouldBeInOrder();
        _host.Reports.Select(report => report.AgentEpoch).Distinct().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_job_without_progress_is_aborted_by_the_agent_alone_and_until_it_ends()
    {
        var limits = new MigrationLimits { ProgressTimeout = TimeSpan.FromSeconds(5) };
        await StartedAsync(One, limits: limits);
        _host.Bus.IsDown = true;
        var attempts = 0;
        _host.Hypervisor.Failures["AbortJob"] = () => new HypervisorException(HypervisorErrorCode.Other, One, $"not now {++attempts}");

        await _host.UntilAsync(() => attempts >= 3, "three attempts to abort");
        _host.Hypervisor.Failures.TryRemove("AbortJob", out _);
        await _host.UntilAsync(() => _host.Hypervisor.Log.Contains($"AbortJob {One}"), "the abort");
        _host.Hypervisor.Jobs.Clear();
        _host.Hypervisor.Calls[One].SetResult(new MigrateResult(MigrateOutcome.Aborted, "canceled by client"));
        _host.Bus.IsDown = false;

        (await EndedAsync()).Result.ShouldBe(JobResult.Cancelled);
        _host.Bus.Messages<AgentEvent>().OfType<LimitReached>().ShouldHaveSingleItem().Limit.ShouldBe(HardLimit.ProgressTimeout);
    }

    [Fact]
    public async Task A_job_that_takes_too_long_is_aborted_however_well_it_goes()
    {
        await StartedAsync(One, limits: new MigrationLimits { CompletionTimeout = TimeSpan.FromSeconds(5) });
        long sent = 0;
        await _host.UntilAsync(
            () =>
            {
                _host.Hypervisor.Jobs[One] = ScriptedHypervisor.PreCopy(new Bytes(1 << 20), new Bytes(++sent));
                return _host.Hypervisor.Log.Contains($"AbortJob {One}");
            },
            "the abort");

        // The event is sent at the same time as the abort.
        await _host.UntilAsync(() => _host.Bus.Messages<LimitReached>().Count > 0, "the event of the limit");
        _host.Bus.Messages<LimitReached>().ShouldHaveSingleItem().Value.ShouldBe(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task A_post_copy_too_short_for_any_sample_is_still_reported()
    {
        await StartedAsync(One);
        _host.Hypervisor.Publish(new VmLifecycleChanged(One, "vm", VmLifecycle.Suspended, IsByMigration: true, "Suspended Post-copy", IsPostCopy: true));
        await _host.RunAsync(TimeSpan.FromMilliseconds(100));
        _host.Hypervisor.Vms.TryRemove(One, out _);
        _host.Hypervisor.Jobs.Clear();
        _host.Hypervisor.Calls[One].SetResult(MigrateResult.Completed);
        (await EndedAsync()).UsedPostCopy.ShouldBeTrue();
    }

    [Fact]
    public async Task A_stall_is_reported_repeatedly()
    {
        await StartedAsync(One, limits: new MigrationLimits { StallingLimit = TimeSpan.FromSeconds(3) });

        await _host.UntilAsync(() => _host.Bus.Messages<JobStalled>().Count == 2, "two stalls");

        _host.Bus.Messages<JobStalled>()[1].StalledFor.ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(6));
        _host.Bus.Queues<JobStalled>().ShouldAllBe(queue => queue == AgentQueues.AgentEvents);
    }

    [Fact]
    public async Task In_post_copy_an_abort_is_refused_and_no_limit_applies()
    {
        await StartedAsync(One, limits: new MigrationLimits { CompletionTimeout = TimeSpan.FromSeconds(5), ProgressTimeout = TimeSpan.FromSeconds(5) });
        _host.Hypervisor.AddVm(One, state: VmRunState.PausedPostCopy, detail: "paused (post-copy)");
        await _host.UntilAsync(() => _host.Report.Migrations is [{ Phase: JobPhase.PostCopy }], "post-copy");

        (await _host.SendAndWaitAsync(Vm.Abort(One))).Result.ShouldBe(CommandResult.Rejected);
        await _host.RunAsync(TimeSpan.FromSeconds(20));

        _host.Hypervisor.Log.ShouldNotContain($"AbortJob {One}");
        _host.Bus.Messages<LimitReached>().ShouldBeEmpty();
    }

    [Fact]
    public async Task An_abort_that_is_too_late_for_the_hypervisor_is_rejected_too()
    {
        await StartedAsync(One);
        _host.Hypervisor.Failures["AbortJob"] = () => new HypervisorException(HypervisorErrorCode.InPostCopy, One, "cannot abort migration in post-copy mode");

        (await _host.SendAndWaitAsync(Vm.Abort(One))).Result.ShouldBe(CommandResult.Rejected);
    }

    [Fact]
    public async Task A_failed_post_copy_has_not_ended_until_it_is_recovered()
    {
        await StartedAsync(One);
        _host.Hypervisor.AddVm(One, state: VmRunState.PostCopyFailed, detail: "paused (post-copy failed)");
        _host.Hypervisor.Calls[One].SetResult(new MigrateResult(MigrateOutcome.Failed, "failed in post-copy phase"));
        await _host.UntilAsync(() => _host.Report is { Vms: [{ Status: VmStatus.PostCopyFailed }], Migrations: [{ Phase: JobPhase.PostCopyFailed }] }, "the failure");
        await _host.RunAsync(TimeSpan.FromSeconds(5));
        _host.Bus.Messages<JobEnded>().ShouldBeEmpty();

        _host.Hypervisor.Jobs.Clear();
        _host.Hypervisor.AddVm(One, state: VmRunState.DownMigrated, detail: "shut off (migrated)");

        var ended = await EndedAsync();
        (ended.Result, ended.UsedPostCopy).ShouldBe((JobResult.Completed, true));
    }

    [Fact]
    public async Task A_hanging_sample_delays_neither_reports_nor_other_samples_and_does_not_pile_up()
    {
        await StartedAsync(One, "m1");
        await StartedAsync(Two, "m2");
        await _host.UntilAsync(() => _host.Report.Migrations.Count == 2, "both samples");
        var hang = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _host.Hypervisor.Holds[$"ReadJob {One}"] = hang.Task;
        await _host.RunAsync(TimeSpan.FromSeconds(2));
        var reports = _host.Reports.Count;
        var reads = _host.Hypervisor.Count("ReadJob");
        _host.Hypervisor.Jobs[Two] = ScriptedHypervisor.PreCopy(new Bytes(5 << 20), new Bytes(7 << 20));

        await _host.RunAsync(TimeSpan.FromSeconds(10));

        _host.Reports.Count.ShouldBeGreaterThanOrEqualTo(reports + 9);
        _host.Report.Migrations.Count.ShouldBe(2);
        _host.Report.Migrations.Single(sample => sample.VmId == Two).Copy.Memory.Remaining.ShouldBe(new Bytes(5 << 20));

        // Only the other VM was polled, four times a second because its end is near.
        (_host.Hypervisor.Count("ReadJob") - reads).ShouldBeLessThanOrEqualTo(42);
        hang.SetResult();
    }

    [Fact]
    public async Task A_vm_suspended_for_a_migration_that_fails_is_resumed_here()
    {
        await StartedAsync(One);
        await _host.SendAndWaitAsync(Vm.Change(One) with { Parameters = new() { Suspend = true } });
        _host.Hypervisor.AddVm(One, state: VmRunState.PausedMigrating, detail: "paused (migrating)");
        await _host.UntilAsync(() => _host.Report is { Vms: [{ Status: VmStatus.MigratingFrom }], Migrations: [{ Phase: JobPhase.PreCopy }] }, "still pre-copy");

        _host.Hypervisor.Calls[One].SetResult(new MigrateResult(MigrateOutcome.Failed, "gone"));

        await EndedAsync();
        _host.Hypervisor.Log.ShouldContain($"Resume {One}");
    }

    [Fact]
    public async Task The_downtime_limit_rises_by_a_step_with_each_pass_from_the_third_on()
    {
        await StartedAsync(
            One, options: new MigrationOptions { MaxDowntime = TimeSpan.FromMilliseconds(500) }, limits: new MigrationLimits { EnableDowntimeThread = true }, iteration: 7);

        // QEMU's count of passes may continue from an earlier, cancelled migration, so passes are counted from the first sample.
        for (var iteration = 8; iteration <= 13; iteration++)
        {
            var sets = iteration - 7;
            _host.Hypervisor.Jobs[One] = ScriptedHypervisor.PreCopy(new Bytes(1), new Bytes(iteration), iteration);
            _host.Hypervisor.Publish(new MigrationIterated(One, iteration));
            await _host.UntilAsync(() => Sets().Count >= Math.Min(5, sets), $"step {sets}");
        }

        await _host.RunAsync(TimeSpan.FromSeconds(3));
        Sets().ShouldBe(["101", "104", "120", "189", "500"]);

        List<string> Sets() => [.. _host.Hypervisor.Log.Where(line => line.StartsWith("SetMaxDowntime", StringComparison.Ordinal)).Select(line => line.Split(' ')[2])];
    }

    [Fact]
    public async Task A_job_that_someone_else_started_prevents_its_vm_from_being_reported_as_up()
    {
        _host.Hypervisor.AddVm(One);
        _host.Hypervisor.Jobs[One] = ScriptedHypervisor.PreCopy(new Bytes(1), new Bytes(1));
        await _host.StartAsync();
        await _host.UntilAsync(() => _host.Reports is [{ Vms: [{ Status: VmStatus.MigratingFrom }], Migrations: [] }, ..], "the first report");

        _host.Hypervisor.Jobs.Clear();

        await _host.UntilAsync(() => _host.Report.Vms is [{ Status: VmStatus.Up }], "up again");
    }

    [Fact]
    public async Task A_hypervisor_that_does_not_respond_is_reported_as_such_until_it_does()
    {
        await StartedAsync(One);
        _host.Hypervisor.Failures["ListVms"] = () => new HypervisorException(HypervisorErrorCode.Unreachable, null, "libvirtd is gone");
        await _host.UntilAsync(() => _host.Report is { HypervisorReachable: false, Vms.Count: 0 }, "unreachable");
        _host.Hypervisor.Failures.Clear();
        await _host.UntilAsync(() => _host.Report is { HypervisorReachable: true, Vms.Count: 1 }, "reachable");

        var hang = new TaskCompletionSource();
        _host.Hypervisor.Holds["ListVms"] = hang.Task;
        await _host.UntilAsync(() => _host.Report is { HypervisorReachable: false }, "unreachable without a response");
        var reports = _host.Reports.Count;
        await _host.UntilAsync(() => _host.Reports.Count > reports + 3, "further reports");
        hang.SetResult();
        _host.Hypervisor.Holds.Clear();
        await _host.UntilAsync(() => _host.Report is { HypervisorReachable: true }, "reachable again");
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private async Task StartedAsync(VmId vm, string migration = "m", MigrationOptions? options = null, MigrationLimits? limits = null, long iteration = 1)
    {
        if (_host.Hypervisor.Vms.IsEmpty)
            await _host.StartAsync();
        _host.Hypervisor.AddVm(vm);
        (await _host.SendAndWaitAsync(Vm.Start(vm, options: options, limits: limits, migration: migration))).Result.ShouldBe(CommandResult.Succeeded);
        await _host.UntilAsync(() => _host.Hypervisor.Calls.ContainsKey(vm), "the call");
        _host.Hypervisor.Jobs[vm] = ScriptedHypervisor.PreCopy(new Bytes(900 << 20), new Bytes(1 << 20), iteration);
        await _host.UntilAsync(() => _host.Report.Migrations.Any(sample => sample.VmId == vm && sample.Copy.Iteration == iteration), "the first sample");
    }

    private async Task<JobEnded> EndedAsync()
    {
        await _host.UntilAsync(() => _host.Bus.Messages<JobEnded>().Count > 0, "the end");
        return _host.Bus.Messages<JobEnded>().ShouldHaveSingleItem();
    }
}
