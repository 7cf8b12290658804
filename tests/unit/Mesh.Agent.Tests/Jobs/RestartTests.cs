using Mesh.Agent.Hypervisors;
using Mesh.Agent.Simulated;
using Mesh.Agent.Tests.Fakes;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Tests.Jobs;

public sealed class RestartTests : IAsyncDisposable
{
    private static readonly VmId One = Vm.Id(1);
    private readonly AgentHarness _host = new();

    public RestartTests() => _host.Options.StateDirectory = Directory.CreateTempSubdirectory("mesh-agent-").FullName;

    [Fact]
    public async Task A_job_that_still_runs_is_monitored_and_its_limits_count_from_its_start()
    {
        await StartedAsync(new MigrationLimits { CompletionTimeout = TimeSpan.FromSeconds(30), ProgressTimeout = TimeSpan.Zero });
        await _host.RunAsync(TimeSpan.FromSeconds(10));
        var startedAt = _host.Clock.GetUtcNow() - TimeSpan.FromSeconds(10);

        await RestartAsync();
        await _host.UntilAsync(() => _host.Hypervisor.Log.Contains($"AbortJob {One}"), "the abort");

        (_host.Clock.GetUtcNow() - startedAt).TotalSeconds.ShouldBeInRange(29, 36);
        _host.Hypervisor.Log.Count(line => line == $"Migrate {One}").ShouldBe(1);
        _host.Hypervisor.Jobs.Clear();
        (await EndedAsync()).Result.ShouldBe(JobResult.Cancelled);
    }

    [Theory]
    [InlineData(VmRunState.Running, JobResult.Failed)]
    [InlineData(VmRunState.DownMigrated, JobResult.Completed)]
    [InlineData(VmRunState.Down, JobResult.Failed)]
    [InlineData(null, JobResult.Completed)]
    public async Task A_job_that_ended_meanwhile_is_reported(VmRunState? state, JobResult expected)
    {
        await StartedAsync();
        await _host.StopAsync();
        _host.Hypervisor.Jobs.Clear();
        _host.Hypervisor.Vms.Clear();
        if (state is { } known)
            _host.Hypervisor.AddVm(One, state: known);

        await _host.StartAsync();

        (await EndedAsync()).Result.ShouldBe(expected);
    }

    [Fact]
    public async Task A_vm_that_left_only_its_definition_has_no_job_whatever_error_the_hypervisor_returns()
    {
        await StartedAsync();
        await _host.StopAsync();
        _host.Hypervisor.Jobs.Clear();
        _host.Hypervisor.AddVm(One, state: VmRunState.DownMigrated, detail: "shut off (migrated)");
        _host.Hypervisor.Failures["ReadJob"] = () => new HypervisorException(HypervisorErrorCode.VmNotRunning, One, "domain is not running");

        await _host.StartAsync();

        (await EndedAsync()).Result.ShouldBe(JobResult.Completed);
    }

    [Fact]
    public async Task A_requested_abort_continues_after_a_restart()
    {
        await StartedAsync();
        _host.Hypervisor.Failures["AbortJob"] = () => new HypervisorException(HypervisorErrorCode.TimedOut, One, "no answer");
        (await _host.SendAndWaitAsync(Vm.Abort(One))).Result.ShouldBe(CommandResult.Succeeded);
        await _host.StopAsync();
        _host.Hypervisor.Failures.Clear();

        await _host.StartAsync();

        await _host.UntilAsync(() => _host.Hypervisor.Log.Contains($"AbortJob {One}"), "the abort");
    }

    [Fact]
    public async Task The_downtime_limit_is_not_lowered_by_a_restart()
    {
        await StartedAsync(new MigrationLimits { EnableDowntimeThread = true });
        _host.Hypervisor.Downtimes[One] = TimeSpan.FromMilliseconds(189);
        await RestartAsync();
        for (var iteration = 20; iteration < 26; iteration++)
        {
            _host.Hypervisor.Jobs[One] = ScriptedHypervisor.PreCopy(new Bytes(1), new Bytes(iteration), iteration);
            await _host.UntilAsync(() => _host.Report.Migrations is [{ } sample] && sample.Copy.Iteration == iteration, "the pass");
            await _host.RunAsync(TimeSpan.FromSeconds(1));
        }

        _host.Hypervisor.Downtimes[One].ShouldBe(TimeSpan.FromMilliseconds(300));
        _host.Hypervisor.Log.Where(line => line.StartsWith("SetMaxDowntime", StringComparison.Ordinal)).Count().ShouldBe(2);
    }

    [Fact]
    public async Task A_repeated_command_gets_its_answer_across_a_restart()
    {
        _host.Hypervisor.AddVm(One);
        await _host.StartAsync();
        var start = Vm.Start(One);
        var first = await _host.SendAndWaitAsync(start);
        await RestartAsync();

        var second = await _host.SendAndWaitAsync(start);

        second.CommandId.ShouldBe(first.CommandId);
        second.Result.ShouldBe(CommandResult.Succeeded);
        (await _host.SendAndWaitAsync(Vm.Abort(One, epoch: 0))).Refusals[0].Code.ShouldBe(RefusalCode.StaleEpoch);
    }

    [Fact]
    public async Task An_end_that_the_broker_never_accepted_is_sent_after_the_restart()
    {
        await StartedAsync();
        _host.Bus.IsDown = true;
        _host.Hypervisor.Vms.Clear();
        _host.Hypervisor.Calls[One].SetResult(MigrateResult.Completed);
        await _host.UntilAsync(() => _host.Log.Has(1102), "the end");
        await _host.StopAsync();
        _host.Bus.IsDown = false;

        await _host.StartAsync();

        (await EndedAsync()).Result.ShouldBe(JobResult.Completed);
        await RestartAsync();
        await _host.RunAsync(TimeSpan.FromSeconds(3));
        _host.Bus.Messages<JobEnded>().Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_corrupt_state_file_does_not_prevent_the_agent_from_starting()
    {
        await File.WriteAllTextAsync(Path.Combine(_host.Options.StateDirectory!, "hosta.json"), "{ half");
        _host.Hypervisor.AddVm(One);

        await _host.StartAsync();

        (await _host.SendAndWaitAsync(Vm.Start(One))).Refusals.ShouldHaveSingleItem().Code.ShouldBe(RefusalCode.StaleEpoch, "it may have ended already");
        (await _host.SendAndWaitAsync(Vm.Start(One, _host.Clock.GetUtcNow().ToUnixTimeMilliseconds()))).Result.ShouldBe(CommandResult.Succeeded);
        _host.Log.Has(1010).ShouldBeTrue();
    }

    [Fact]
    public async Task A_simulated_job_survives_its_agent()
    {
        using var cluster = new SimulatedCluster(_host.Clock);
        cluster.AddHost(new SimulatedHost { Name = new HostName("hosta"), Link = BytesPerSecond.FromMebibytes(100) });
        cluster.AddHost(new SimulatedHost { Name = new HostName("hostb"), Link = BytesPerSecond.FromMebibytes(100) });
        cluster.AddVm(new HostName("hosta"), new SimulatedVm { Id = One, Name = "vm", Memory = Bytes.FromGibibytes(1) });
        await _host.StartAsync(() => cluster.CreateHypervisor(new HostName("hosta")));
        (await _host.SendAndWaitAsync(Vm.Start(One))).Result.ShouldBe(CommandResult.Succeeded);
        await _host.RunAsync(TimeSpan.FromSeconds(3));

        await _host.StopAsync();
        await _host.StartAsync(() => cluster.CreateHypervisor(new HostName("hosta")));

        var ended = await EndedAsync();
        ended.Result.ShouldBe(JobResult.Completed);
        ended.Sample!.Copy.ActualDowntime.ShouldNotBeNull();
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private async Task StartedAsync(MigrationLimits? limits = null)
    {
        _host.Hypervisor.AddVm(One);
        await _host.StartAsync();
        (await _host.SendAndWaitAsync(Vm.Start(One, limits: limits))).Result.ShouldBe(CommandResult.Succeeded);
        await _host.UntilAsync(() => _host.Hypervisor.Calls.ContainsKey(One), "the call");
        _host.Hypervisor.Jobs[One] = ScriptedHypervisor.PreCopy(new Bytes(900 << 20), new Bytes(1 << 20));
    }

    private async Task RestartAsync()
    {
        await _host.StopAsync();
        await _host.StartAsync();
    }

    private async Task<JobEnded> EndedAsync()
    {
        await _host.UntilAsync(() => _host.Bus.Messages<JobEnded>().Count > 0, "the end");
        return _host.Bus.Messages<JobEnded>()[0];
    }
}
