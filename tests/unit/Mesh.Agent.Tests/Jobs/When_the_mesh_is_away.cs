using Mesh.Agent.Tests.Fakes;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Tests.Jobs;

/// <summary>A VM never copies for ever because the mesh is away, whatever its policy allows.</summary>
public sealed class When_the_mesh_is_away : IAsyncDisposable
{
    private static readonly VmId One = Vm.Id(1);
    private static readonly TimeSpan After = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Ceiling = TimeSpan.FromSeconds(20);

    /// <summary>What the policy <c>virsh</c> hands the agent.</summary>
    private static readonly MigrationLimits None = new() { ProgressTimeout = TimeSpan.Zero, CompletionTimeout = TimeSpan.Zero };

    private readonly AgentHarness _host = new();

    public When_the_mesh_is_away()
    {
        _host.Options.AutonomyAfter = After;
        _host.Options.AutonomousCompletionTimeoutPerGiB = Ceiling;
        _host.Options.Tick = TimeSpan.FromSeconds(1);
    }

    [Fact]
    public async Task Should_abort_when_the_limit_of_the_agent_has_passed()
    {
        var startedAt = await StartedAsync(None);

        await _host.UntilAsync(() => _host.Hypervisor.Log.Contains($"AbortJob {One}"), "the abort");

        (_host.Clock.GetUtcNow() - startedAt).ShouldBeInRange(After + Ceiling, After + Ceiling + TimeSpan.FromSeconds(5));
        await _host.UntilAsync(() => _host.Bus.Messages<LimitReached>().Count > 0, "the event of the limit");
        var reached = _host.Bus.Messages<LimitReached>().ShouldHaveSingleItem();
        (reached.Limit, reached.Value).ShouldBe((HardLimit.AutonomyTimeout, Ceiling));
        _host.Log.Has(1119).ShouldBeTrue();
    }

    [Fact]
    public async Task Should_not_abort_while_heartbeats_arrive()
    {
        var startedAt = await StartedAsync(None);

        while (_host.Clock.GetUtcNow() < startedAt + (After + Ceiling) * 2)
        {
            await _host.RunAsync(TimeSpan.FromSeconds(5));
            _host.Agent.MeshContact.RecordHeard();
        }

        _host.Hypervisor.Log.ShouldNotContain($"AbortJob {One}");
        _host.Bus.Messages<LimitReached>().ShouldBeEmpty();
    }

    [Fact]
    public async Task Should_count_only_the_time_without_the_mesh()
    {
        await StartedAsync(None);
        await _host.RunAsync(After + Ceiling - TimeSpan.FromSeconds(8));
        _host.Agent.MeshContact.RecordHeard();
        await _host.RunAsync(After - TimeSpan.FromSeconds(2));
        _host.Hypervisor.Log.ShouldNotContain($"AbortJob {One}");
        var heardAt = _host.Clock.GetUtcNow();
        await _host.SendAndWaitAsync(Vm.Change(One) with { Parameters = new() { Bandwidth = BytesPerSecond.FromMebibytes(1) } });

        await _host.UntilAsync(() => _host.Hypervisor.Log.Contains($"AbortJob {One}"), "the abort");

        // Eight seconds of the limit were left when the mesh was heard for the first time.
        (_host.Clock.GetUtcNow() - heardAt).ShouldBeInRange(After + TimeSpan.FromSeconds(6), After + TimeSpan.FromSeconds(12));
    }

    [Fact]
    public async Task Should_give_a_job_no_more_time_when_the_agent_restarts()
    {
        var startedAt = await StartedAsync(None);
        await _host.RunAsync(After + TimeSpan.FromSeconds(8));
        await _host.StopAsync();
        await _host.StartAsync();

        await _host.UntilAsync(() => _host.Hypervisor.Log.Contains($"AbortJob {One}"), "the abort");

        (_host.Clock.GetUtcNow() - startedAt).ShouldBeInRange(After + Ceiling, After + Ceiling + TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Should_leave_a_job_with_a_completion_timeout_to_that()
    {
        await StartedAsync(None with { CompletionTimeout = TimeSpan.FromMinutes(20) });

        await _host.RunAsync(After + Ceiling + TimeSpan.FromSeconds(10));

        _host.Hypervisor.Log.ShouldNotContain($"AbortJob {One}");
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private async Task<DateTimeOffset> StartedAsync(MigrationLimits limits)
    {
        _host.Options.StateDirectory = Directory.CreateTempSubdirectory("mesh-agent-").FullName;
        await _host.StartAsync();
        _host.Hypervisor.AddVm(One);
        (await _host.SendAndWaitAsync(Vm.Start(One, limits: limits))).Result.ShouldBe(CommandResult.Succeeded);
        var startedAt = _host.Clock.GetUtcNow();
        await _host.UntilAsync(() => _host.Hypervisor.Calls.ContainsKey(One), "the call");
        _host.Hypervisor.Jobs[One] = ScriptedHypervisor.PreCopy(new Bytes(900 << 20), new Bytes(1 << 20));
        return startedAt;
    }
}
