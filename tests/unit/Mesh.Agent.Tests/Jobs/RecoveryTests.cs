using Mesh.Agent.Hypervisors;
using Mesh.Agent.Tests.Fakes;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Agent.Tests.Jobs;

public sealed class RecoveryTests : IAsyncDisposable
{
    private static readonly VmId One = Vm.Id(1);
    private readonly AgentHarness _host = new();

    public RecoveryTests() => _host.Options.StateDirectory = Directory.CreateTempSubdirectory("mesh-agent-").FullName;

    [Fact]
    public async Task A_broken_post_copy_is_recovered_and_ends_as_post_copy()
    {
        await BrokenAsync();
        var recover = Vm.Recover(One);
        await _host.SendAsync(recover);
        await _host.UntilAsync(() => _host.Hypervisor.Recoveries.ContainsKey(One), "the call");

        HealthyAgain();
        (await AnswerAsync(recover)).Result.ShouldBe(CommandResult.Succeeded);
        await _host.UntilAsync(() => _host.Report is { Vms: [{ Status: VmStatus.MigratingFrom }], Migrations: [{ Phase: JobPhase.PostCopy }] }, "post-copy");

        Leave();
        _host.Hypervisor.Recoveries[One].SetResult(MigrateResult.Completed);

        (await EndedAsync()).ShouldBe((JobResult.Completed, true));
        _host.Hypervisor.Log.Count(line => line == $"Recover {One}").ShouldBe(1);
    }

    [Fact]
    public async Task A_failed_recovery_is_answered_with_the_reason_and_does_not_end_the_job()
    {
        await BrokenAsync();
        Refusing("the destination's QEMU has not noticed yet");

        var answer = await _host.SendAndWaitAsync(Vm.Recover(One));
        await _host.RunAsync(TimeSpan.FromSeconds(5));

        answer.Result.ShouldBe(CommandResult.Failed);
        answer.Refusals.ShouldHaveSingleItem().Message.ShouldContain("has not noticed yet");
        _host.Bus.Messages<JobEnded>().ShouldBeEmpty();
        _host.Report.Vms.ShouldHaveSingleItem().Status.ShouldBe(VmStatus.PostCopyFailed);
    }

    [Fact]
    public async Task It_can_be_retried_and_break_again()
    {
        await BrokenAsync();
        Refusing("not yet");
        (await _host.SendAndWaitAsync(Vm.Recover(One))).Result.ShouldBe(CommandResult.Failed);

        _host.Hypervisor.Recoveries.Clear();
        var second = Vm.Recover(One);
        await _host.SendAsync(second);
        await _host.UntilAsync(() => _host.Hypervisor.Recoveries.ContainsKey(One), "the call");
        HealthyAgain();
        (await AnswerAsync(second)).Result.ShouldBe(CommandResult.Succeeded);

        Break();
        _host.Hypervisor.Recoveries[One].SetResult(new MigrateResult(MigrateOutcome.Failed, "broke again"));
        await _host.UntilAsync(() => _host.Log.Has(1145) && _host.Report.Vms is [{ Status: VmStatus.PostCopyFailed }], "it broke again");
        await _host.RunAsync(TimeSpan.FromSeconds(1));
        _host.Bus.Messages<JobEnded>().ShouldBeEmpty();

        _host.Hypervisor.Recoveries.Clear();
        await _host.SendAsync(Vm.Recover(One));
        await _host.UntilAsync(() => _host.Hypervisor.Recoveries.ContainsKey(One), "the third call");
        Leave();
        _host.Hypervisor.Recoveries[One].SetResult(MigrateResult.Completed);
        (await EndedAsync()).ShouldBe((JobResult.Completed, true));
    }

    [Fact]
    public async Task A_post_copy_that_recovers_by_itself_needs_no_recovery()
    {
        await BrokenAsync();
        HealthyAgain();

        (await _host.SendAndWaitAsync(Vm.Recover(One))).Result.ShouldBe(CommandResult.Succeeded);
        Leave();

        (await EndedAsync()).ShouldBe((JobResult.Completed, true));
        _host.Hypervisor.Recoveries.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(VmRunState.Running, "running (booted)")]
    [InlineData(VmRunState.PausedMigrating, "paused (migrating)")]
    public async Task A_healthy_post_copy_is_never_recovered(VmRunState state, string detail)
    {
        await StartedAsync();
        _host.Hypervisor.AddVm(One, state: state, detail: detail);

        var answer = await _host.SendAndWaitAsync(Vm.Recover(One));

        answer.Result.ShouldBe(CommandResult.Rejected);
        answer.Refusals.ShouldHaveSingleItem().Message.ShouldContain(detail);
        _host.Hypervisor.Recoveries.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_hanging_call_is_answered_in_time_and_not_repeated()
    {
        await BrokenAsync();

        (await _host.SendAndWaitAsync(Vm.Recover(One))).Result.ShouldBe(CommandResult.Failed);
        (await _host.SendAndWaitAsync(Vm.Recover(One))).Result.ShouldBe(CommandResult.Failed);

        _host.Hypervisor.Log.Count(line => line == $"Recover {One}").ShouldBe(1);
    }

    [Fact]
    public async Task A_restarted_agent_can_recover_it()
    {
        await BrokenAsync();
        await _host.StopAsync();
        await _host.StartAsync();

        await RecoverAsync();

        (await EndedAsync()).ShouldBe((JobResult.Completed, true));
    }

    [Fact]
    public async Task An_agent_that_stops_meanwhile_leaves_it_to_the_next_process()
    {
        await BrokenAsync();
        var recover = Vm.Recover(One);
        await _host.SendAsync(recover);
        await _host.UntilAsync(() => _host.Hypervisor.Recoveries.ContainsKey(One), "the call");
        HealthyAgain();
        (await AnswerAsync(recover)).Result.ShouldBe(CommandResult.Succeeded);
        await _host.StopAsync();
        await _host.StartAsync();
        await _host.UntilAsync(() => _host.Report.Migrations is [{ Phase: JobPhase.PostCopy }], "post-copy");

        Leave();

        (await EndedAsync()).ShouldBe((JobResult.Completed, true));
    }

    [Fact]
    public async Task An_agent_that_lost_its_state_adopts_the_job()
    {
        Break();
        _host.Hypervisor.Jobs[One] = ScriptedHypervisor.PreCopy(new Bytes(1 << 20), new Bytes(900 << 20));
        await _host.StartAsync();

        await RecoverAsync();

        (await EndedAsync()).ShouldBe((JobResult.Completed, true));
    }

    [Fact]
    public async Task Without_a_failed_post_copy_it_adopts_nothing()
    {
        _host.Hypervisor.AddVm(One);
        await _host.StartAsync();

        (await _host.SendAndWaitAsync(Vm.Recover(One))).Result.ShouldBe(CommandResult.Rejected);
        _host.Report.Migrations.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_ended_job_is_not_recovered()
    {
        await StartedAsync();
        Leave();
        _host.Hypervisor.Calls[One].SetResult(MigrateResult.Completed);
        await EndedAsync();

        (await _host.SendAndWaitAsync(Vm.Recover(One))).Refusals.ShouldHaveSingleItem().Message.ShouldContain("has ended");
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private async Task StartedAsync()
    {
        _host.Hypervisor.AddVm(One);
        await _host.StartAsync();
        (await _host.SendAndWaitAsync(Vm.Start(One, options: new MigrationOptions { PostCopy = true }))).Result.ShouldBe(CommandResult.Succeeded);
        await _host.UntilAsync(() => _host.Hypervisor.Calls.ContainsKey(One), "the call");
        _host.Hypervisor.Jobs[One] = ScriptedHypervisor.PreCopy(new Bytes(1 << 20), new Bytes(900 << 20));
    }

    private async Task BrokenAsync()
    {
        await StartedAsync();
        Break();
        _host.Hypervisor.Calls[One].SetResult(new MigrateResult(MigrateOutcome.Failed, "job 'migration out' failed in post-copy phase"));
        await _host.UntilAsync(() => _host.Log.Has(1143) && _host.Report is { Vms: [{ Status: VmStatus.PostCopyFailed }] }, "the break");
    }

    private async Task RecoverAsync()
    {
        var recover = Vm.Recover(One);
        await _host.SendAsync(recover);
        await _host.UntilAsync(() => _host.Hypervisor.Recoveries.ContainsKey(One), "the call");
        HealthyAgain();
        (await AnswerAsync(recover)).Result.ShouldBe(CommandResult.Succeeded);
        await _host.UntilAsync(() => _host.Report.Migrations is [{ Phase: JobPhase.PostCopy }], "post-copy");
        Leave();
        _host.Hypervisor.Recoveries[One].SetResult(MigrateResult.Completed);
    }

    private void Break() => _host.Hypervisor.AddVm(One, state: VmRunState.PostCopyFailed, detail: "paused (post-copy failed)");

    private void HealthyAgain() => _host.Hypervisor.AddVm(One, state: VmRunState.PausedPostCopy, detail: "paused (post-copy)");

    private void Leave()
    {
        _host.Hypervisor.Jobs.Clear();
        _host.Hypervisor.Vms.Clear();
    }

    private void Refusing(string why)
    {
        var call = new TaskCompletionSource<MigrateResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        call.SetResult(new MigrateResult(MigrateOutcome.Failed, why));
        _host.Hypervisor.Recoveries[One] = call;
    }

    private async Task<CommandAnswer> AnswerAsync(RecoverPostCopy recover)
    {
        await _host.UntilAsync(() => _host.Bus.Messages<CommandAnswer>().Any(answer => answer.CommandId == recover.CommandId), "the answer");
        return _host.Bus.Messages<CommandAnswer>().First(answer => answer.CommandId == recover.CommandId);
    }

    private async Task<(JobResult Result, bool ByPostCopy)> EndedAsync()
    {
        await _host.UntilAsync(() => _host.Bus.Messages<JobEnded>().Count > 0, "the end");
        var ended = _host.Bus.Messages<JobEnded>().ShouldHaveSingleItem();
        return (ended.Result, ended.UsedPostCopy);
    }
}
