using Mesh.Agent.Hypervisors;
using Mesh.Agent.Tests.Fakes;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Tests.Jobs;

public sealed class ThrottleTests : IAsyncDisposable
{
    private static readonly VmId One = Vm.Id(1);
    private readonly AgentHarness _host = new();

    public ThrottleTests() => _host.Options.StateDirectory = Directory.CreateTempSubdirectory("mesh-agent-").FullName;

    [Fact]
    public async Task A_throttle_is_emulated_reported_and_removed()
    {
        await StartedAsync();

        (await ChangeAsync(40)).ShouldBe(new ParameterAnswer(
            MigrationParameter.Throttle, ParameterResult.Emulated, "a vCPU quota limits each of the VM's vCPUs to 60 %"));
        await _host.UntilAsync(() => _host.Report.Migrations is [{ Throttle.Value: 40 }], "the throttle in a sample");

        (await ChangeAsync(0)).ShouldBe(new ParameterAnswer(MigrationParameter.Throttle, ParameterResult.Applied, "0 %"));
        await _host.UntilAsync(() => _host.Report.Migrations is [{ Throttle: null }], "no throttle in a sample");
        _host.Hypervisor.Throttles.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_larger_of_QEMUs_throttle_and_ours_is_reported()
    {
        await StartedAsync();
        await ChangeAsync(40);
        _host.Hypervisor.Jobs[One] = ScriptedHypervisor.Change(_host.Hypervisor.Jobs[One], copy => copy with { AutoConvergeThrottle = new Percent(60) });
        await _host.UntilAsync(() => _host.Report.Migrations is [{ Throttle.Value: 60 }], "QEMU's");
        _host.Hypervisor.Jobs[One] = ScriptedHypervisor.Change(_host.Hypervisor.Jobs[One], copy => copy with { AutoConvergeThrottle = new Percent(20) });

        await _host.UntilAsync(() => _host.Report.Migrations is [{ Throttle.Value: 40 }], "ours");
    }

    [Fact]
    public async Task An_impossible_throttle_is_refused_with_the_reason_and_not_recorded()
    {
        await StartedAsync();
        _host.Hypervisor.Failures["SetThrottle"] = () => new HypervisorException(HypervisorErrorCode.Unsupported, One, "no controller 'cpu'");

        (await ChangeAsync(40)).ShouldBe(new ParameterAnswer(MigrationParameter.Throttle, ParameterResult.Refused, "no controller 'cpu'"));
        (await AutoConvergeAsync(true)).ShouldBe(new ParameterAnswer(MigrationParameter.AutoConverge, ParameterResult.Refused, "no controller 'cpu'"));
        (await ChangeAsync(0)).Result.ShouldBe(ParameterResult.Applied, "there is nothing to remove");

        await _host.RunAsync(TimeSpan.FromSeconds(2));
        _host.Report.Migrations.ShouldHaveSingleItem().Throttle.ShouldBeNull();
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(100)]
    public async Task A_vm_is_never_stopped_by_a_throttle(int percent)
    {
        await StartedAsync();

        (await ChangeAsync(percent)).Result.ShouldBe(ParameterResult.Refused);
        _host.Hypervisor.Log.ShouldNotContain(line => line.StartsWith("SetThrottle", StringComparison.Ordinal));
    }

    [Fact]
    public async Task In_post_copy_no_throttle_is_set()
    {
        await StartedAsync();
        await ChangeAsync(20);
        _host.Hypervisor.AddVm(One, state: VmRunState.PausedPostCopy, detail: "paused (post-copy)");
        await _host.UntilAsync(() => _host.Report.Migrations is [{ Phase: JobPhase.PostCopy, Throttle: null }], "post-copy");

        (await ChangeAsync(40)).Result.ShouldBe(ParameterResult.Refused);
        (await AutoConvergeAsync(true)).Result.ShouldBe(ParameterResult.Refused);
    }

    [Theory]
    [InlineData(MigrateOutcome.Aborted)]
    [InlineData(MigrateOutcome.Failed)]
    [InlineData(MigrateOutcome.Completed)]
    public async Task Every_outcome_removes_it(MigrateOutcome outcome)
    {
        await StartedAsync();
        await ChangeAsync(40);

        _host.Hypervisor.Calls[One].SetResult(new MigrateResult(outcome, "words"));

        await EndedAsync();
        _host.Hypervisor.Throttles.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_suspended_vm_has_its_throttle_removed_before_it_is_resumed()
    {
        await StartedAsync();
        await ChangeAsync(40);
        await _host.SendAndWaitAsync(Vm.Change(One) with { Parameters = new() { Suspend = true } });
        _host.Hypervisor.AddVm(One, state: VmRunState.PausedMigrating, detail: "paused (migrating)");

        (await _host.SendAndWaitAsync(Vm.Abort(One))).Result.ShouldBe(CommandResult.Succeeded);
        _host.Hypervisor.Calls[One].SetResult(new MigrateResult(MigrateOutcome.Aborted, "cancelled"));

        await EndedAsync();
        _host.Hypervisor.Log.TakeLast(2).ShouldBe([$"LiftThrottle {One}", $"Resume {One}"]);
    }

    [Fact]
    public async Task A_throttle_set_at_the_end_is_removed()
    {
        await StartedAsync();
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _host.Hypervisor.Holds["SetThrottle"] = held.Task;
        var change = Vm.Change(One) with { Parameters = new() { Throttle = new Percent(40) } };
        await _host.SendAsync(change);
        await _host.UntilAsync(() => _host.Hypervisor.Count("SetThrottle") == 1, "the call");
        _host.Hypervisor.Calls[One].SetResult(new MigrateResult(MigrateOutcome.Failed, "gone"));
        await EndedAsync();

        held.SetResult();

        await _host.UntilAsync(() => _host.Bus.Messages<CommandAnswer>().Any(answer => answer.CommandId == change.CommandId), "the answer");
        _host.Bus.Messages<CommandAnswer>()[^1].Parameters.ShouldHaveSingleItem().Result.ShouldBe(ParameterResult.Refused);
        await _host.UntilAsync(() => _host.Hypervisor.Throttles.IsEmpty, "its undoing");
    }

    [Fact]
    public async Task A_restarted_agent_keeps_it_and_removes_it_at_the_end()
    {
        await StartedAsync();
        await ChangeAsync(40);
        await _host.StopAsync();
        _host.Hypervisor.Throttles.Clear();
        await _host.StartAsync();

        await _host.UntilAsync(() => _host.Hypervisor.Throttles.ContainsKey(One), "it may have been recorded but not set");
        await _host.UntilAsync(() => _host.Report.Migrations is [{ Throttle.Value: 40 }], "the throttle in a sample");
        _host.Hypervisor.Jobs.Clear();

        await EndedAsync();
        _host.Hypervisor.Throttles.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_job_that_ended_while_no_agent_ran_leaves_no_throttle()
    {
        await StartedAsync();
        await ChangeAsync(40);
        await _host.StopAsync();
        _host.Hypervisor.Jobs.Clear();

        await _host.StartAsync();

        await EndedAsync();
        _host.Hypervisor.Throttles.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_stale_throttle_is_found_at_the_start_without_a_record_of_it()
    {
        _host.Hypervisor.AddVm(One);
        _host.Hypervisor.Throttles[One] = new Percent(90);

        await _host.StartAsync();

        await _host.UntilAsync(() => _host.Hypervisor.Throttles.IsEmpty, "the lift");
        await _host.UntilAsync(() => _host.Bus.Messages<HostInventory>().Count > 0, "the inventory");
        _host.Bus.Messages<HostInventory>()[0].Vms.ShouldHaveSingleItem().Throttle.ShouldBeNull();
        _host.Log.Has(1154).ShouldBeTrue();
    }

    [Fact]
    public async Task A_stale_throttle_that_cannot_be_removed_is_reported_and_retried()
    {
        _host.Hypervisor.AddVm(One);
        _host.Hypervisor.Throttles[One] = new Percent(90);
        _host.Hypervisor.Failures["LiftThrottle"] = () => new HypervisorException(HypervisorErrorCode.Unreachable, One, "no libvirtd");
        await _host.StartAsync();
        await _host.UntilAsync(() => _host.Bus.Messages<HostInventory>() is [{ Vms: [{ Throttle.Value: 90 }] }], "the inventory");
        _host.Log.Has(1155).ShouldBeTrue();

        _host.Hypervisor.Failures.Clear();

        await _host.UntilAsync(() => _host.Hypervisor.Throttles.IsEmpty, "the lift");
    }

    [Fact]
    public async Task A_vm_that_arrives_throttled_is_unthrottled_at_once()
    {
        await _host.StartAsync();
        await _host.SendAndWaitAsync(Vm.Prepare(One));
        _host.Hypervisor.AddVm(One, state: VmRunState.PausedMigrating, detail: "paused (migrating)");
        await _host.RunAsync(TimeSpan.FromSeconds(2));
        _host.Hypervisor.Throttles[One] = new Percent(50);
        _host.Hypervisor.AddVm(One, state: VmRunState.RunningPostCopy, detail: "running (post-copy)");
        var arrivedAt = _host.Clock.GetUtcNow();

        await _host.UntilAsync(() => _host.Hypervisor.Throttles.IsEmpty, "the lift");

        (_host.Clock.GetUtcNow() - arrivedAt).ShouldBeLessThan(TimeSpan.FromSeconds(5), "no longer than a report and the pause before an inventory");
    }

    [Fact]
    public async Task A_job_whose_record_was_lost_keeps_its_throttle_until_it_ends()
    {
        _host.Hypervisor.AddVm(One);
        _host.Hypervisor.Throttles[One] = new Percent(50);
        _host.Hypervisor.Jobs[One] = ScriptedHypervisor.PreCopy(new Bytes(1), new Bytes(1));
        await _host.StartAsync();
        await _host.RunAsync(TimeSpan.FromSeconds(40));
        _host.Hypervisor.Throttles.ContainsKey(One).ShouldBeTrue();

        _host.Hypervisor.Jobs.Clear();
        var endedAt = _host.Clock.GetUtcNow();

        await _host.UntilAsync(() => _host.Hypervisor.Throttles.IsEmpty, "the lift");
        (_host.Clock.GetUtcNow() - endedAt).ShouldBeLessThan(TimeSpan.FromSeconds(5), "the next inventory would have been much later");
    }

    [Fact]
    public async Task Auto_converge_turned_on_during_a_migration_takes_QEMUs_steps()
    {
        await StartedAsync();
        (await AutoConvergeAsync(true)).Result.ShouldBe(ParameterResult.Emulated);
        _host.Hypervisor.Throttles[One].Value.ShouldBe(0, "a throttle of zero tests at once whether throttling is possible");
        await PassesAsync(2, 25);

        Steps().ShouldBe(["0", "20", "30", "40", "50", "60", "70", "80", "90", "99"]);
        (await AutoConvergeAsync(false)).Result.ShouldBe(ParameterResult.Applied);
        _host.Hypervisor.Throttles.ShouldBeEmpty();
        await PassesAsync(26, 30);
        Steps().Count.ShouldBe(10);
    }

    [Fact]
    public async Task It_continues_after_a_restart_from_the_same_step()
    {
        await StartedAsync();
        await AutoConvergeAsync(true);
        await PassesAsync(2, 5);
        Steps()[^1].ShouldBe("30");
        await _host.StopAsync();
        await _host.StartAsync();

        await PassesAsync(6, 8);

        Steps()[^1].ShouldBe("40");
    }

    [Fact]
    public async Task An_explicit_throttle_turns_auto_converge_off()
    {
        await StartedAsync();
        await AutoConvergeAsync(true);
        await PassesAsync(2, 3);
        await ChangeAsync(70);

        await PassesAsync(4, 10);

        Steps()[^1].ShouldBe("70");
        (await AutoConvergeAsync(false)).ShouldBe(new ParameterAnswer(MigrationParameter.AutoConverge, ParameterResult.Applied, "already off"));
        _host.Hypervisor.Throttles[One].Value.ShouldBe(70);
    }

    [Fact]
    public async Task An_explicit_throttle_remains_if_auto_converge_is_turned_off_in_the_same_change()
    {
        await StartedAsync();
        await AutoConvergeAsync(true);

        await _host.SendAndWaitAsync(Vm.Change(One) with { Parameters = new() { Throttle = new Percent(70), AutoConverge = false } });

        _host.Hypervisor.Throttles[One].Value.ShouldBe(70);
    }

    [Fact]
    public async Task QEMUs_auto_converge_cannot_be_changed()
    {
        await StartedAsync(new MigrationOptions { AutoConverge = true });

        (await AutoConvergeAsync(true)).ShouldBe(new ParameterAnswer(MigrationParameter.AutoConverge, ParameterResult.Applied, "already on"));
        (await AutoConvergeAsync(false)).Result.ShouldBe(ParameterResult.Refused);
        (await ChangeAsync(40)).Result.ShouldBe(ParameterResult.Emulated, "a quota can be set as well");
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private async Task StartedAsync(MigrationOptions? options = null)
    {
        _host.Hypervisor.AddVm(One);
        await _host.StartAsync();
        (await _host.SendAndWaitAsync(Vm.Start(One, options: options))).Result.ShouldBe(CommandResult.Succeeded);
        await PassesAsync(1, 1);
    }

    /// <summary>Passes of one second, each of which dirties more than half of what it sends.</summary>
    private async Task PassesAsync(long first, long last)
    {
        for (var pass = first; pass <= last; pass++)
        {
            _host.Hypervisor.Jobs[One] = ScriptedHypervisor.Change(
                ScriptedHypervisor.PreCopy(Bytes.FromMebibytes(60), Bytes.FromMebibytes(100 * pass), pass),
                copy => copy with { Elapsed = TimeSpan.FromSeconds(pass), DirtyPagesPerSecond = Bytes.FromMebibytes(60).Count / 4096 });
            _host.Hypervisor.Publish(new MigrationIterated(One, pass));
            await _host.UntilAsync(() => _host.Report.Migrations is [{ } sample] && sample.Copy.Iteration == pass, $"pass {pass}");
        }

        await _host.RunAsync(TimeSpan.FromMilliseconds(200));
    }

    private List<string> Steps() =>
        [.. _host.Hypervisor.Log.Where(line => line.StartsWith("SetThrottle", StringComparison.Ordinal)).Select(line => line.Split(' ')[2]).Distinct()];

    private async Task<ParameterAnswer> ChangeAsync(int percent) =>
        (await _host.SendAndWaitAsync(Vm.Change(One) with { Parameters = new() { Throttle = new Percent(percent) } })).Parameters.ShouldHaveSingleItem();

    private async Task<ParameterAnswer> AutoConvergeAsync(bool isOn) =>
        (await _host.SendAndWaitAsync(Vm.Change(One) with { Parameters = new() { AutoConverge = isOn } })).Parameters.ShouldHaveSingleItem();

    private async Task<JobEnded> EndedAsync()
    {
        await _host.UntilAsync(() => _host.Bus.Messages<JobEnded>().Count > 0, "the end");
        return _host.Bus.Messages<JobEnded>().ShouldHaveSingleItem();
    }
}
