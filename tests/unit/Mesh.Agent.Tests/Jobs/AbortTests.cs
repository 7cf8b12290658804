using Mesh.Agent.Hypervisors;
using Mesh.Agent.Simulated;
using Mesh.Agent.Tests.Fakes;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Tests.Jobs;

/// <summary>Aborts at every moment, on simulated hosts: each migration ends, and the VM keeps running where it was.</summary>
public sealed class AbortTests : IAsyncDisposable
{
    private static readonly VmId One = Vm.Id(1);
    private static readonly HostName HostA = new("hosta");
    private static readonly HostName HostB = new("hostb");
    private readonly AgentHarness _host = new();
    private readonly SimulatedCluster _cluster;

    public AbortTests()
    {
        _cluster = new SimulatedCluster(_host.Clock);
        foreach (var host in new[] { HostA, HostB })
            _cluster.AddHost(new SimulatedHost { Name = host, Link = BytesPerSecond.FromMebibytes(100) });
        _cluster.AddVm(HostA, new SimulatedVm
        {
            Id = One,
            Name = "vm",
            Memory = Bytes.FromGibibytes(1),
            Dirty = DirtyCurve.Uniform(BytesPerSecond.FromMebibytes(200)),
            Disks = [Vm.Disk("vda")],
        });
    }

    [Fact]
    public async Task Right_after_the_start()
    {
        await _host.StartAsync(() => _cluster.CreateHypervisor(HostA));
        await _host.SendAsync(Vm.Start(One));

        await AbortsAsync();
    }

    [Fact]
    public async Task Again_and_again()
    {
        await BegunAsync(JobPhase.PreCopy);
        foreach (var _ in Enumerable.Range(0, 5))
            await _host.SendAsync(Vm.Abort(One));

        await AbortsAsync();
        (await _host.SendAndWaitAsync(Vm.Abort(One))).Result.ShouldBe(CommandResult.Succeeded);
    }

    [Theory]
    [InlineData(JobPhase.DiskCopy)]
    [InlineData(JobPhase.PreCopy)]
    public async Task In_each_abortable_phase(JobPhase phase)
    {
        await BegunAsync(phase);

        await AbortsAsync();
    }

    [Fact]
    public async Task After_the_vm_was_suspended()
    {
        await BegunAsync(JobPhase.PreCopy);
        await ChangeAsync(Vm.Change(One) with { Parameters = new() { Suspend = true } });

        await AbortsAsync();
    }

    [Fact]
    public async Task While_the_vm_is_throttled()
    {
        await BegunAsync(JobPhase.PreCopy);
        await ChangeAsync(Vm.Change(One) with { Parameters = new() { Throttle = new Percent(50) } });

        await AbortsAsync();
    }

    [Fact]
    public async Task While_it_is_throttled_by_the_auto_converge_rule()
    {
        await BegunAsync(JobPhase.PreCopy);
        await ChangeAsync(Vm.Change(One) with { Parameters = new() { AutoConverge = true } });
        await _host.UntilAsync(() => _host.Report.Migrations is [{ Throttle.Value: >= 20 }], "a step");

        await AbortsAsync();
    }

    [Fact]
    public async Task At_the_switchover_it_ends_on_one_side_or_the_other()
    {
        await BegunAsync(JobPhase.PreCopy);
        await ChangeAsync(Vm.Change(One) with { Parameters = new() { MaxDowntime = TimeSpan.FromSeconds(60) } });
        await _host.UntilAsync(() => _cluster.ListJobs() is [{ Phase: SimulatedPhase.SwitchOver }] or [], "the switchover");

        await _host.SendAsync(Vm.Abort(One));

        var ended = await EndedAsync();
        _cluster.ListDomains().Count(copy => copy.IsRunning).ShouldBe(1);
        _cluster.ListDomains().Single(copy => copy.IsRunning).Host.ShouldBe(ended is JobResult.Completed ? HostB : HostA);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _cluster.Dispose();
    }

    private async Task BegunAsync(JobPhase phase)
    {
        var copiesDisks = phase is JobPhase.DiskCopy;
        await _host.StartAsync(() => _cluster.CreateHypervisor(HostA));
        if (copiesDisks)
            await _cluster.CreateHypervisor(HostB).CreateImageAsync(Vm.Disk("vda"), CopyStorage.All, default);
        var options = new MigrationOptions { CopyStorage = copiesDisks ? CopyStorage.All : CopyStorage.None, Bandwidth = BytesPerSecond.FromMebibytes(copiesDisks ? 10 : 100) };
        (await _host.SendAndWaitAsync(Vm.Start(One, options: options))).Result.ShouldBe(CommandResult.Succeeded);
        await _host.UntilAsync(() => _host.Report.Migrations is [{ } sample] && sample.Phase == phase, $"{phase}");
    }

    private async Task ChangeAsync(ChangeParameters change) => (await _host.SendAndWaitAsync(change)).Result.ShouldBe(CommandResult.Succeeded);

    private async Task AbortsAsync()
    {
        await _host.SendAsync(Vm.Abort(One));
        (await EndedAsync()).ShouldBe(JobResult.Cancelled);
        await _host.UntilAsync(() => _cluster.ListDomains().Count(copy => copy.IsActive) == 1, "the other copy to be removed");
        var left = _cluster.ListDomains().Single(copy => copy.IsActive);
        (left.Host, left.State, left.QuotaPercent).ShouldBe((HostA, VmRunState.Running, 0));
    }

    private async Task<JobResult> EndedAsync()
    {
        await _host.UntilAsync(() => _host.Bus.Messages<JobEnded>().Count > 0, "the end");
        return _host.Bus.Messages<JobEnded>().ShouldHaveSingleItem().Result;
    }
}
