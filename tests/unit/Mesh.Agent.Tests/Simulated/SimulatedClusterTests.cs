using Mesh.Agent.Hypervisors;
using Mesh.Agent.Simulated;
using Mesh.Agent.Tests.Fakes;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Testing;

namespace Mesh.Agent.Tests.Simulated;

public sealed class SimulatedClusterTests : IDisposable
{
    private static readonly HostName HostA = new("host_A");
    private static readonly HostName HostB = new("host_B");
    private static readonly HostName HostC = new("host_C");
    private readonly ManualTimeProvider _clock = new();
    private readonly SimulatedCluster _cluster;

    public SimulatedClusterTests()
    {
        _cluster = new SimulatedCluster(_clock);
        foreach (var host in new[] { HostA, HostB, HostC })
            _cluster.AddHost(new SimulatedHost { Name = host, Link = BytesPerSecond.FromMebibytes(100) });
    }

    [Fact]
    public async Task A_vm_is_on_both_hosts_during_its_migration_and_on_one_afterwards()
    {
        var (source, destination) = (Add(1), _cluster.CreateHypervisor(HostB));
        var moving = Migrate(source, 1, HostB);
        _clock.Advance(TimeSpan.FromSeconds(2));

        (await State(source, 1)).ShouldBe("running (booted)");
        (await State(destination, 1)).ShouldBe("paused (migrating)");
        (await source.ReadJobAsync(Vm.Id(1), default))!.Operation.ShouldBe(JobOperation.MigrationOut);
        (await destination.ReadJobAsync(Vm.Id(1), default))!.Operation.ShouldBe(JobOperation.MigrationIn);

        _clock.Advance(TimeSpan.FromSeconds(20));
        (await moving).ShouldBe(MigrateResult.Completed);
        (await State(source, 1)).ShouldBe("shut off (migrated)");
        (await State(destination, 1)).ShouldBe("running (migrated)");
        (await source.ReadCompletedJobAsync(Vm.Id(1), default))!.Copy.ActualDowntime.ShouldNotBeNull();
    }

    [Fact]
    public async Task The_events_come_in_libvirts_order()
    {
        var source = Add(1, DirtyCurve.Uniform(BytesPerSecond.FromMebibytes(10)));
        var moving = Migrate(source, 1, HostB);
        _clock.Advance(TimeSpan.FromSeconds(30));
        await moving;

        var reported = new List<string>();
        while (source.Events.TryRead(out var what))
            reported.Add(what is VmLifecycleChanged life ? life.Detail : what.GetType().Name);
        reported[^3..].ShouldBe(["Suspended Migrated", "Stopped Migrated", "JobCompleted"]);
        reported[..^3].ShouldAllBe(what => what == "MigrationIterated");
    }

    [Theory]
    [InlineData(1, 10.3)]
    [InlineData(2, 20.6)]
    [InlineData(4, 41.2)]
    public async Task Migrations_away_from_a_host_share_its_link(int count, double seconds)
    {
        var source = _cluster.CreateHypervisor(HostA);
        var ended = new List<Task<MigrateResult>>();
        for (var number = 1; number <= count; number++)
            ended.Add(Migrate(Add(number), number, number % 2 == 0 ? HostB : HostC));

        _clock.Advance(TimeSpan.FromSeconds(seconds * 0.95));
        (await source.ReadJobAsync(Vm.Id(1), default)).ShouldNotBeNull();
        _clock.Advance(TimeSpan.FromSeconds(seconds * 0.1));
        (await Task.WhenAll(ended)).ShouldAllBe(result => result == MigrateResult.Completed);
    }

    [Fact]
    public async Task An_abort_leaves_the_vm_on_the_source_only()
    {
        var (source, destination) = (Add(1), _cluster.CreateHypervisor(HostB));
        var moving = Migrate(source, 1, HostB);
        _clock.Advance(TimeSpan.FromSeconds(2));
        await source.SuspendAsync(Vm.Id(1), default);
        await source.AbortJobAsync(Vm.Id(1), default);

        (await moving).Outcome.ShouldBe(MigrateOutcome.Aborted);
        (await State(source, 1)).ShouldBe("running (migration canceled)");
        (await destination.ListVmsAsync(default)).ShouldAllBe(vm => vm.State == VmRunState.Down);
        (await Should.ThrowAsync<HypervisorException>(source.AbortJobAsync(Vm.Id(1), default))).Code.ShouldBe(HypervisorErrorCode.NoJob);
    }

    [Fact]
    public async Task Post_copy_runs_on_the_destination_at_once_and_cannot_be_aborted()
    {
        var (source, destination) = (Add(1, DirtyCurve.Uniform(BytesPerSecond.FromMebibytes(200))), _cluster.CreateHypervisor(HostB));
        var moving = Migrate(source, 1, HostB, new MigrationOptions { PostCopy = true });
        _clock.Advance(TimeSpan.FromSeconds(2));
        await source.StartPostCopyAsync(Vm.Id(1), default);
        _clock.Advance(TimeSpan.FromMilliseconds(200));

        (await State(source, 1)).ShouldBe("paused (post-copy)");
        (await State(destination, 1)).ShouldBe("running (post-copy)");
        (await Should.ThrowAsync<HypervisorException>(source.AbortJobAsync(Vm.Id(1), default))).Code.ShouldBe(HypervisorErrorCode.InPostCopy);
        _clock.Advance(TimeSpan.FromSeconds(30));
        (await moving).ShouldBe(MigrateResult.Completed);
        (await State(destination, 1)).ShouldBe("running (migrated)");
    }

    [Fact]
    public async Task Post_copy_that_was_not_armed_is_refused()
    {
        var source = Add(1);
        var moving = Migrate(source, 1, HostB);

        (await Should.ThrowAsync<HypervisorException>(source.StartPostCopyAsync(Vm.Id(1), default))).Code.ShouldBe(HypervisorErrorCode.Unsupported);
        moving.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task The_vm_stays_on_the_source_when_the_destination_dies()
    {
        var source = Add(1);
        var moving = Migrate(source, 1, HostB);
        _clock.Advance(TimeSpan.FromSeconds(2));

        _cluster.PowerOff(HostB);

        (await moving).Outcome.ShouldBe(MigrateOutcome.Failed);
        (await State(source, 1)).ShouldBe("running (booted)");
        (await Should.ThrowAsync<HypervisorException>(_cluster.CreateHypervisor(HostB).ListVmsAsync(default))).Code.ShouldBe(HypervisorErrorCode.Unreachable);
    }

    [Fact]
    public async Task A_source_that_dies_loses_its_vm()
    {
        var source = Add(1);
        var moving = Migrate(source, 1, HostB);
        _clock.Advance(TimeSpan.FromSeconds(2));

        _cluster.PowerOff(HostA);
        _cluster.PowerOn(HostA);

        (await moving).Outcome.ShouldBe(MigrateOutcome.Lost);
        (await State(source, 1)).ShouldBe("shut off (crashed)");
        (await _cluster.CreateHypervisor(HostB).ListVmsAsync(default)).ShouldAllBe(vm => vm.State == VmRunState.Down);
    }

    [Fact]
    public async Task A_broken_link_transfers_nothing_until_it_is_restored()
    {
        var source = Add(1);
        var moving = Migrate(source, 1, HostB);
        _clock.Advance(TimeSpan.FromSeconds(2));
        _cluster.SetLink(HostB, default);
        var before = (await source.ReadJobAsync(Vm.Id(1), default))!.Copy.Memory.Transferred;
        _clock.Advance(TimeSpan.FromMinutes(1));

        (await source.ReadJobAsync(Vm.Id(1), default))!.Copy.Memory.Transferred.ShouldBe(before);
        _cluster.SetLink(HostB, BytesPerSecond.FromMebibytes(100));
        _clock.Advance(TimeSpan.FromSeconds(20));
        (await moving).ShouldBe(MigrateResult.Completed);
    }

    [Theory]
    [InlineData("qemu+tcp://nobody/system")]
    [InlineData("qemu+tcp://host_A/system")]
    public async Task A_migration_to_nowhere_fails_with_libvirts_error(string uri)
    {
        var result = await Add(1).MigrateAsync(new VmMigration(Vm.Id(1), uri, new MigrationOptions()), default);

        result.Outcome.ShouldBe(MigrateOutcome.Failed);
        result.Error.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_disk_needs_its_image_on_the_destination()
    {
        var vm = CreateVm(1) with { Disks = [Vm.Disk("vda")] };
        _cluster.AddVm(HostA, vm);
        var (source, destination) = (_cluster.CreateHypervisor(HostA), _cluster.CreateHypervisor(HostB));
        var options = new MigrationOptions { CopyStorage = CopyStorage.All };

        (await Migrate(source, 1, HostB, options)).Error.ShouldContain("no storage pool with matching target path '/images'");
        await destination.CreateImageAsync(vm.Disks[0], CopyStorage.All, default);
        (await Should.ThrowAsync<HypervisorException>(destination.CreateImageAsync(vm.Disks[0], CopyStorage.All, default))).Code.ShouldBe(HypervisorErrorCode.ImageExists);
        Migrate(source, 1, HostB, options).IsCompleted.ShouldBeFalse();
    }

    public void Dispose() => _cluster.Dispose();

    private static SimulatedVm CreateVm(int number) => new() { Id = Vm.Id(number), Name = $"vm{number}", Memory = Bytes.FromGibibytes(1) };

    private IHypervisor Add(int number, DirtyCurve? dirty = null)
    {
        _cluster.AddVm(HostA, CreateVm(number) with { Dirty = dirty ?? DirtyCurve.Idle });
        return _cluster.CreateHypervisor(HostA);
    }

    private static Task<MigrateResult> Migrate(IHypervisor source, int number, HostName to, MigrationOptions? options = null) =>
        source.MigrateAsync(new VmMigration(Vm.Id(number), $"simulated://{to}", options ?? new MigrationOptions()), default);

    private static async Task<string?> State(IHypervisor host, int number) =>
        (await host.ListVmsAsync(default)).FirstOrDefault(vm => vm.Id == Vm.Id(number))?.Detail;
}
