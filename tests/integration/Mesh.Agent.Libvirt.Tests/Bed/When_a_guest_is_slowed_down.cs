using Mesh.Agent.Hypervisors;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;
using Mesh.Testing;

namespace Mesh.Agent.Libvirt.Tests.Bed;

/// <summary>The facts of ADR 0011, on real guests.</summary>
[Collection(TestBedCollection.Name)]
public sealed class When_a_guest_is_slowed_down(TestBedFixture fixture)
{
    private static readonly MigrationOptions Slow = new() { Bandwidth = BytesPerSecond.FromMebibytes(16) };

    [Fact]
    public async Task A_quota_is_set_during_a_migration_and_does_not_move_with_the_guest()
    {
        var vm = await fixture.BusyGuestAsync("goes", "VCPUS=2");
        var (source, moving) = await BeginAsync(vm);

        await source.SetThrottleAsync(vm, new Percent(97), default);
        (await fixture.QuotaAsync(TestBedFixture.Source, "goes")).ShouldBe(3000);
        (await ThrottleAsync(TestBedFixture.Source, vm)).ShouldBe(new Percent(97));
        (await fixture.Bed.VirshAsync(TestBedFixture.Source, "dumpxml", "goes")).ShouldNotContain("<quota>", Case.Sensitive, "libvirt does not record it");
        await source.SetMaxDowntimeAsync(vm, TimeSpan.FromSeconds(20), default);

        (await moving).ShouldBe(MigrateResult.Completed);
        (await fixture.QuotaAsync(TestBedFixture.Destination, "goes")).ShouldBe(-1);
        (await ThrottleAsync(TestBedFixture.Destination, vm)).ShouldBeNull();
        await fixture.Bed.VerifyGuestAsync(TestBedFixture.Destination, "goes");
        await fixture.Bed.RemoveGuestAsync("goes");
    }

    [Fact]
    public async Task A_quota_remains_on_a_guest_that_stays_until_it_is_removed()
    {
        var vm = await fixture.BusyGuestAsync("stays", "PERSISTENT=1");
        var (source, moving) = await BeginAsync(vm);
        await source.SetThrottleAsync(vm, new Percent(40), default);
        await source.SetThrottleAsync(vm, new Percent(90), default);

        await source.AbortJobAsync(vm, default);
        (await moving).Outcome.ShouldBe(MigrateOutcome.Aborted);
        (await fixture.QuotaAsync(TestBedFixture.Source, "stays")).ShouldBe(10_000);
        (await ThrottleAsync(TestBedFixture.Source, vm)).ShouldBe(new Percent(90), "so that a later agent finds it");

        await source.LiftThrottleAsync(vm, default);
        await source.LiftThrottleAsync(vm, default);
        (await fixture.QuotaAsync(TestBedFixture.Source, "stays")).ShouldBe(-1);
        (await ThrottleAsync(TestBedFixture.Source, vm)).ShouldBeNull();
        await fixture.Bed.RemoveGuestAsync("stays");
    }

    [Fact]
    public async Task A_quota_set_by_the_operator_is_restored()
    {
        var vm = await fixture.BusyGuestAsync("limited");
        await fixture.Bed.VirshAsync(TestBedFixture.Source, "schedinfo", "limited", "--live", "vcpu_quota=50000");
        var source = fixture.At(TestBedFixture.Source);
        (await ThrottleAsync(TestBedFixture.Source, vm)).ShouldBeNull();

        await source.SetThrottleAsync(vm, new Percent(40), default);
        (await fixture.QuotaAsync(TestBedFixture.Source, "limited")).ShouldBe(30_000);
        (await ThrottleAsync(TestBedFixture.Source, vm)).ShouldBe(new Percent(40));

        await source.LiftThrottleAsync(vm, default);
        (await fixture.QuotaAsync(TestBedFixture.Source, "limited")).ShouldBe(50_000);
        await fixture.Bed.RemoveGuestAsync("limited");
    }

    [Fact]
    public async Task Labels_are_read_from_the_metadata_and_move_with_the_guest()
    {
        var vm = await fixture.BusyGuestAsync("labelled", "RATE=1");
        await fixture.Bed.VirshAsync(
            TestBedFixture.Source, "metadata", "labelled", "--uri", "urn:migration-mesh:labels", "--key", "mesh", "--set", """<labels><label key="tier" value="gold"/></labels>""");

        (await DescribeAsync(TestBedFixture.Source, vm)).Labels.ShouldBe(new Dictionary<string, string>(StringComparer.Ordinal) { ["tier"] = "gold" });
        (await fixture.At(TestBedFixture.Source).MigrateAsync(new VmMigration(vm, Uri, new MigrationOptions()), default)).ShouldBe(MigrateResult.Completed);

        (await DescribeAsync(TestBedFixture.Destination, vm)).Labels["tier"].ShouldBe("gold");
        await fixture.Bed.RemoveGuestAsync("labelled");
    }

    private const string Uri = $"qemu+tcp://{TestBedFixture.Destination}/system";

    private async Task<(IHypervisor Source, Task<MigrateResult> Moving)> BeginAsync(VmId vm)
    {
        var source = fixture.At(TestBedFixture.Source);
        var moving = source.MigrateAsync(new VmMigration(vm, Uri, Slow), default);
        await Eventually.HoldsAsync(
            async () => await source.ReadJobAsync(vm, default) is { Copy.Memory.Transferred.Count: > 0 }, "memory is being copied", TimeSpan.FromSeconds(60));
        return (source, moving);
    }

    private async Task<Percent?> ThrottleAsync(string host, VmId vm) => (await DescribeAsync(host, vm)).Throttle;

    private async Task<VmDescription> DescribeAsync(string host, VmId vm) => (await fixture.At(host).DescribeVmAsync(vm, default)).ShouldNotBeNull();
}
