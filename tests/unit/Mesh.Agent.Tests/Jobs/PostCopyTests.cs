using Mesh.Agent.Hypervisors;
using Mesh.Agent.Tests.Fakes;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Tests.Jobs;

public sealed class PostCopyTests : IAsyncDisposable
{
    private static readonly VmId One = Vm.Id(1);
    private readonly AgentHarness _host = new();

    public PostCopyTests() => _host.Options.StateDirectory = Directory.CreateTempSubdirectory("mesh-agent-").FullName;

    [Fact]
    public async Task The_switch_is_made_at_once_while_memory_is_copied()
    {
        await StartedAsync();
        await CopyingAsync();

        (await AskAsync()).ShouldBe(ParameterResult.Applied);

        _host.Hypervisor.Log.ShouldContain($"StartPostCopy {One}");
    }

    [Fact]
    public async Task A_switch_before_QEMU_has_started_is_made_once_it_has()
    {
        await StartedAsync();
        (await AskAsync()).ShouldBe(ParameterResult.Emulated);
        _host.Hypervisor.Jobs[One] = ScriptedHypervisor.PreCopy(Bytes.FromGibibytes(1), Bytes.Zero);
        await _host.RunAsync(TimeSpan.FromSeconds(5));
        _host.Hypervisor.Log.ShouldNotContain($"StartPostCopy {One}");

        await CopyingAsync();

        await _host.UntilAsync(() => _host.Hypervisor.Log.Contains($"StartPostCopy {One}"), "the switch to post-copy");
        await _host.RunAsync(TimeSpan.FromSeconds(5));
        _host.Hypervisor.Log.Count(line => line == $"StartPostCopy {One}").ShouldBe(1);
    }

    [Fact]
    public async Task A_restart_of_the_agent_does_not_forget_it()
    {
        await StartedAsync();
        await AskAsync();
        _host.Hypervisor.Jobs[One] = ScriptedHypervisor.PreCopy(Bytes.FromGibibytes(1), Bytes.Zero);
        await _host.StopAsync();
        await _host.StartAsync();

        await CopyingAsync();

        await _host.UntilAsync(() => _host.Hypervisor.Log.Contains($"StartPostCopy {One}"), "the switch to post-copy");
    }

    [Fact]
    public async Task A_switch_that_the_hypervisor_did_not_receive_is_retried()
    {
        await StartedAsync();
        await AskAsync();
        _host.Hypervisor.Failures["StartPostCopy"] = () => new HypervisorException(HypervisorErrorCode.Unreachable, One, "no libvirtd");
        await CopyingAsync();
        await _host.RunAsync(TimeSpan.FromSeconds(5));

        _host.Hypervisor.Failures.Clear();

        await _host.UntilAsync(() => _host.Hypervisor.Log.Contains($"StartPostCopy {One}"), "the switch to post-copy");
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private async Task StartedAsync()
    {
        await _host.StartAsync();
        _host.Hypervisor.AddVm(One);
        (await _host.SendAndWaitAsync(Vm.Start(One, options: new MigrationOptions { PostCopy = true }))).Result.ShouldBe(CommandResult.Succeeded);
    }

    private async Task CopyingAsync()
    {
        _host.Hypervisor.Jobs[One] = ScriptedHypervisor.PreCopy(Bytes.FromGibibytes(1), Bytes.FromMebibytes(1));
        await _host.UntilAsync(() => _host.Report.Migrations is [{ Copy.Memory.Transferred.Count: > 0 }], "memory is copied");
    }

    private async Task<ParameterResult> AskAsync() =>
        (await _host.SendAndWaitAsync(Vm.Change(One) with { Parameters = new() { PostCopy = true } })).Parameters.ShouldHaveSingleItem().Result;
}
