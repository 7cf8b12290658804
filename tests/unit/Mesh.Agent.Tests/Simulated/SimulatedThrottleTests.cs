using Mesh.Agent.Hypervisors;
using Mesh.Agent.Simulated;
using Mesh.Agent.Tests.Fakes;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Testing;

namespace Mesh.Agent.Tests.Simulated;

public sealed class SimulatedThrottleTests : IDisposable
{
    private static readonly HostName HostA = new("host_A");
    private static readonly HostName HostB = new("host_B");
    private static readonly SimulatedVm TestVm = new()
    {
        Id = Vm.Id(1),
        Name = "vm",
        Memory = Bytes.FromGibibytes(1),
        Dirty = DirtyCurve.Uniform(BytesPerSecond.FromMebibytes(150)),
    };

    private readonly ManualTimeProvider _clock = new();
    private readonly SimulatedCluster _cluster;
    private readonly IHypervisor _source;
    private readonly IHypervisor _destination;

    public SimulatedThrottleTests()
    {
        _cluster = new SimulatedCluster(_clock);
        foreach (var host in new[] { HostA, HostB })
            _cluster.AddHost(new SimulatedHost { Name = host, Link = BytesPerSecond.FromMebibytes(100) });
        _cluster.AddVm(HostA, TestVm);
        (_source, _destination) = (_cluster.CreateHypervisor(HostA), _cluster.CreateHypervisor(HostB));
    }

    [Fact]
    public async Task A_throttle_makes_a_hopeless_migration_converge()
    {
        var moving = Migrate();
        _clock.Advance(TimeSpan.FromMinutes(5));
        moving.IsCompleted.ShouldBeFalse();

        await _source.SetThrottleAsync(Vm.Id(1), new Percent(80), default);
        _clock.Advance(TimeSpan.FromMinutes(1));

        (await moving).ShouldBe(MigrateResult.Completed);
    }

    [Theory]
    [InlineData(0, 0, false, 1.0)]
    [InlineData(30, 20, false, 0.7)]
    [InlineData(30, 60, false, 0.4)]
    [InlineData(30, 60, true, 0.0)]
    public void The_larger_of_QEMUs_throttle_and_the_quota_counts(int qemus, int quota, bool isSuspended, double speed) =>
        (SimulatedMigration.Start(TestVm, Bytes.Zero, null, TimeSpan.Zero, isSuspended) with { ThrottlePercent = qemus, QuotaPercent = quota })
            .Speed.ShouldBe(speed, 0.0001);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task It_moves_with_the_vm_until_it_is_removed(bool isPostCopy)
    {
        var moving = Migrate(new MigrationOptions { PostCopy = isPostCopy });
        await _source.SetThrottleAsync(Vm.Id(1), new Percent(90), default);
        _clock.Advance(TimeSpan.FromSeconds(2));
        if (isPostCopy)
            await _source.StartPostCopyAsync(Vm.Id(1), default);
        _clock.Advance(TimeSpan.FromMinutes(2));
        await moving;

        (await ThrottleAsync(_source)).ShouldBeNull("its vCPUs here are gone");
        (await ThrottleAsync(_destination)).ShouldBe(new Percent(90));
        await _destination.LiftThrottleAsync(Vm.Id(1), default);
        await _destination.LiftThrottleAsync(Vm.Id(1), default);
        (await ThrottleAsync(_destination)).ShouldBeNull();
    }

    [Fact]
    public async Task It_stays_with_a_vm_that_stays()
    {
        var moving = Migrate();
        await _source.SetThrottleAsync(Vm.Id(1), new Percent(90), default);
        _clock.Advance(TimeSpan.FromSeconds(2));
        await _source.AbortJobAsync(Vm.Id(1), default);
        await moving;

        (await ThrottleAsync(_source)).ShouldBe(new Percent(90));
        _cluster.ListDomains().ShouldContain(copy => copy.Host == HostA && copy.QuotaPercent == 90);
    }

    [Fact]
    public async Task Only_a_running_vm_can_be_throttled()
    {
        var unknown = await Should.ThrowAsync<HypervisorException>(_destination.SetThrottleAsync(Vm.Id(1), new Percent(10), default));

        unknown.Code.ShouldBe(HypervisorErrorCode.NoVm);
    }

    public void Dispose() => _cluster.Dispose();

    private Task<MigrateResult> Migrate(MigrationOptions? options = null) =>
        _source.MigrateAsync(new VmMigration(Vm.Id(1), $"simulated://{HostB}", options ?? new MigrationOptions()), default);

    private static async Task<Percent?> ThrottleAsync(IHypervisor host) =>
        (await host.DescribeVmAsync(Vm.Id(1), default))!.Throttle;
}
