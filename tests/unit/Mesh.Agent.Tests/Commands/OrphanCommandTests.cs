using Mesh.Agent.Hypervisors;
using Mesh.Agent.Tests.Fakes;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Agent.Tests.Commands;

/// <summary>Commands for a VM that a migration left paused on its source.</summary>
public sealed class OrphanCommandTests : IAsyncDisposable
{
    private static readonly VmId One = Vm.Id(1);
    private readonly AgentHarness _host = new();

    private static DestroyOrphan Destroy() =>
        new() { CommandId = Vm.NewCommand(), MigrationId = new MigrationId("m"), Epoch = new Epoch(1), VmId = One, RunsOn = new HostName("hostb") };

    private static ResumeOnSource Resume() =>
        new() { CommandId = Vm.NewCommand(), MigrationId = new MigrationId("m"), Epoch = new Epoch(1), VmId = One };

    [Theory]
    [InlineData(VmRunState.PausedMigrating)]
    [InlineData(VmRunState.Paused)]
    [InlineData(VmRunState.PostCopyFailed)]
    public async Task A_paused_copy_is_destroyed(VmRunState state)
    {
        await _host.StartAsync();
        _host.Hypervisor.AddVm(One, state: state);
        (await _host.SendAndWaitAsync(Destroy())).Result.ShouldBe(CommandResult.Succeeded);
        _host.Hypervisor.Log.ShouldContain($"DestroyOrphan {One}");
    }

    [Theory]
    [InlineData(VmRunState.Running)]
    [InlineData(VmRunState.RunningPostCopy)]
    public async Task A_running_copy_is_never_touched(VmRunState state)
    {
        await _host.StartAsync();
        _host.Hypervisor.AddVm(One, state: state);
        (await _host.SendAndWaitAsync(Destroy())).Result.ShouldBe(CommandResult.Rejected);
        _host.Hypervisor.Log.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_copy_whose_job_still_runs_is_not_touched_either()
    {
        await _host.StartAsync();
        _host.Hypervisor.AddVm(One, state: VmRunState.PausedMigrating);
        _host.Hypervisor.Jobs[One] = ScriptedHypervisor.PreCopy(new Bytes(1), new Bytes(1));
        (await _host.SendAndWaitAsync(Destroy())).Result.ShouldBe(CommandResult.Failed, "the command may be repeated");
        (await _host.SendAndWaitAsync(Resume())).Result.ShouldBe(CommandResult.Failed);
        _host.Hypervisor.Log.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_orphan_that_is_gone_succeeds()
    {
        await _host.StartAsync();
        (await _host.SendAndWaitAsync(Destroy())).Result.ShouldBe(CommandResult.Succeeded);
    }

    [Fact]
    public async Task A_vm_that_a_migration_left_paused_is_resumed()
    {
        await _host.StartAsync();
        _host.Hypervisor.AddVm(One, state: VmRunState.PausedMigrating);
        (await _host.SendAndWaitAsync(Resume())).Result.ShouldBe(CommandResult.Succeeded);
        _host.Hypervisor.Log.ShouldContain(line => line.StartsWith($"Resume {One}", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(VmRunState.PausedPostCopy, RefusalCode.HypervisorError)]
    [InlineData(VmRunState.PostCopyFailed, RefusalCode.HypervisorError)]
    [InlineData(VmRunState.Paused, RefusalCode.VmNotRunning)]
    [InlineData(VmRunState.Down, RefusalCode.UnknownVm)]
    public async Task A_vm_that_ran_elsewhere_or_was_paused_by_someone_is_not_resumed(VmRunState state, RefusalCode code)
    {
        await _host.StartAsync();
        _host.Hypervisor.AddVm(One, state: state);
        (await _host.SendAndWaitAsync(Resume())).Refusals.ShouldHaveSingleItem().Code.ShouldBe(code);
        _host.Hypervisor.Log.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_job_that_the_agent_has_forgotten_is_aborted()
    {
        await _host.StartAsync();
        _host.Hypervisor.AddVm(One);
        _host.Hypervisor.Jobs[One] = ScriptedHypervisor.PreCopy(new Bytes(1), new Bytes(1));
        (await _host.SendAndWaitAsync(Vm.Abort(One))).Result.ShouldBe(CommandResult.Succeeded);
        _host.Hypervisor.Log.ShouldContain($"AbortJob {One}");
    }

    [Fact]
    public async Task An_abort_for_a_vm_that_is_gone_succeeds_and_prevents_a_late_start()
    {
        await _host.StartAsync();
        _host.Hypervisor.Failures["ReadJob"] = () => new HypervisorException(HypervisorErrorCode.NoVm, One, "no domain with matching uuid");
        (await _host.SendAndWaitAsync(Vm.Abort(One))).Result.ShouldBe(CommandResult.Succeeded);
        _host.Hypervisor.Failures.Clear();
        _host.Hypervisor.AddVm(One);
        (await _host.SendAndWaitAsync(Vm.Start(One))).Refusals.ShouldHaveSingleItem().Code.ShouldBe(RefusalCode.Aborted);
    }

    [Theory]
    [InlineData(true, VmStatus.Paused)]
    [InlineData(false, VmStatus.MigratingTo)]
    public void What_a_migration_left_paused_is_not_an_expected_vm(bool hasLeft, VmStatus status) =>
        VmStatusMapping.FromRunState(VmRunState.PausedMigrating, hasOutgoingJob: false, expectsIncoming: false, hasLeft).ShouldBe(status);

    public ValueTask DisposeAsync() => _host.DisposeAsync();
}
