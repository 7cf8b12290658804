using Mesh.Agent.Hypervisors;
using Mesh.Agent.Simulated;
using Mesh.Agent.Tests.Fakes;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Testing;

namespace Mesh.Agent.Tests.Simulated;

public sealed class SimulatedRecoveryTests : IDisposable
{
    private static readonly HostName HostA = new("host_A");
    private static readonly HostName HostB = new("host_B");
    private readonly ManualTimeProvider _clock = new();
    private readonly SimulatedCluster _cluster;
    private readonly IHypervisor _source;
    private readonly IHypervisor _destination;

    public SimulatedRecoveryTests()
    {
        _cluster = new SimulatedCluster(_clock);
        foreach (var host in new[] { HostA, HostB })
            _cluster.AddHost(new SimulatedHost { Name = host, Link = BytesPerSecond.FromMebibytes(100) });
        _cluster.AddVm(HostA, new SimulatedVm { Id = Vm.Id(1), Name = "vm", Memory = Bytes.FromGibibytes(1) });
        (_source, _destination) = (_cluster.CreateHypervisor(HostA), _cluster.CreateHypervisor(HostB));
    }

    [Fact]
    public async Task A_broken_post_copy_continues_where_it_stopped()
    {
        var moving = await BrokenAsync();
        (await moving).Outcome.ShouldBe(MigrateOutcome.Failed);
        (await State(_source)).ShouldBe("paused (post-copy failed)");
        (await State(_destination)).ShouldBe("running (post-copy failed)");
        var left = (await _source.ReadJobAsync(Vm.Id(1), default))!.Copy.Memory.Remaining;
        _clock.Advance(TimeSpan.FromMinutes(1));
        (await _source.ReadJobAsync(Vm.Id(1), default))!.Copy.Memory.Remaining.ShouldBe(left);

        var recovering = Recover();
        (await State(_source)).ShouldBe("paused (post-copy)");
        (await State(_destination)).ShouldBe("running (post-copy)");
        _clock.Advance(TimeSpan.FromMinutes(1));

        (await recovering).ShouldBe(MigrateResult.Completed);
        (await State(_destination)).ShouldBe("running (migrated)");
        (await State(_source)).ShouldBe("shut off (migrated)");
    }

    [Fact]
    public async Task It_can_break_and_be_recovered_any_number_of_times()
    {
        await BrokenAsync();
        for (var time = 0; time < 3; time++)
        {
            var recovering = Recover();
            _clock.Advance(TimeSpan.FromMilliseconds(100));
            _cluster.FailJob(Vm.Id(1), "cut").ShouldBeTrue();
            (await recovering).Outcome.ShouldBe(MigrateOutcome.Failed);
        }

        var last = Recover();
        _clock.Advance(TimeSpan.FromMinutes(1));
        (await last).ShouldBe(MigrateResult.Completed);
    }

    [Fact]
    public async Task While_the_hosts_cannot_reach_each_other_it_fails_and_changes_nothing()
    {
        await BrokenAsync();
        _cluster.Partition(HostA, HostB);

        (await Recover()).Error.ShouldContain("Failed to connect");
        (await State(_source)).ShouldBe("paused (post-copy failed)");

        _cluster.Heal(HostA, HostB);
        var recovering = Recover();
        _clock.Advance(TimeSpan.FromMinutes(1));
        (await recovering).ShouldBe(MigrateResult.Completed);
    }

    [Fact]
    public async Task A_vm_half_of_which_was_lost_with_its_host_is_not_recovered()
    {
        await BrokenAsync();
        _cluster.PowerOff(HostB);
        (await Recover()).Error.ShouldContain("Failed to connect");

        _cluster.PowerOn(HostB);
        (await Recover()).Error.ShouldContain("waits for its memory");
        (await State(_source)).ShouldBe("paused (post-copy failed)");
    }

    [Fact]
    public async Task A_healthy_post_copy_is_not_recovered()
    {
        (await Recover()).Outcome.ShouldBe(MigrateOutcome.Failed);
        var moving = Migrate();
        _clock.Advance(TimeSpan.FromSeconds(1));

        (await Recover()).Error.ShouldContain("is not being migrated");
        moving.IsCompleted.ShouldBeFalse();
    }

    public void Dispose() => _cluster.Dispose();

    private async Task<Task<MigrateResult>> BrokenAsync()
    {
        var moving = Migrate();
        _clock.Advance(TimeSpan.FromSeconds(2));
        await _source.StartPostCopyAsync(Vm.Id(1), default);
        _clock.Advance(TimeSpan.FromMilliseconds(200));
        _cluster.FailJob(Vm.Id(1), "cut").ShouldBeTrue();
        return moving;
    }

    private Task<MigrateResult> Migrate() => Call(isRecovery: false);

    private Task<MigrateResult> Recover() => Call(isRecovery: true);

    private Task<MigrateResult> Call(bool isRecovery) =>
        _source.MigrateAsync(new VmMigration(Vm.Id(1), $"simulated://{HostB}", new MigrationOptions { PostCopy = true }, isRecovery), default);

    private static async Task<string?> State(IHypervisor host) =>
        (await host.ListVmsAsync(default)).FirstOrDefault(vm => vm.Id == Vm.Id(1))?.Detail;
}
