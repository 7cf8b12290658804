using Mesh.Agent.Hypervisors;
using Mesh.Agent.Libvirt.Xml;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;
using Mesh.Testing;

namespace Mesh.Agent.Libvirt.Tests.Bed;

/// <summary>The facts on which placement depends, from real hosts.</summary>
[Collection(TestBedCollection.Name)]
public sealed class When_a_host_is_described(TestBedFixture fixture)
{
    private const string Uri = $"qemu+tcp://{TestBedFixture.Destination}/system";

    [Fact]
    public async Task Should_report_which_vms_it_can_run()
    {
        var host = await fixture.At(TestBedFixture.Source).DescribeHostAsync(CancellationToken.None);

        host.Hypervisor.MachineTypes.ShouldNotBeNull().ShouldContain("q35");
        host.Hypervisor.MachineTypes.ShouldContain(type => type.StartsWith("pc-q35-", StringComparison.Ordinal));
        host.Capacity.CpuModels.ShouldNotBeNull().ShouldContain("qemu64");

        // A feature that every model of this architecture implies, so the list includes implied features.
        host.Capacity.CpuFeatures.ShouldNotBeNull().ShouldContain("sse2");
        host.Capacity.CpuFeatures.ShouldContain("hypervisor");
    }

    [Fact]
    public async Task Should_list_the_features_of_a_model_except_disabled_ones()
    {
        const string Cpu = "<cpu><model>Nehalem</model><feature policy='disable' name='sse4.2'/></cpu>";
        using var connection = LibvirtConnection.Open(await fixture.Bed.RunAsync("uri", TestBedFixture.Source));

        string[] features = [.. DomainCapabilitiesXml.Features(connection.ExpandCpuXml(Cpu, "x86_64", "qemu"))];

        features.ShouldContain("ssse3");
        features.ShouldNotContain("sse4.2");
    }

    [Fact]
    public async Task Should_report_its_resources()
    {
        var host = await fixture.At(TestBedFixture.Source).DescribeHostAsync(CancellationToken.None);

        var cell = host.Capacity.NumaCells.ShouldNotBeNull()[0];
        cell.Memory.Count.ShouldBeGreaterThan(0);
        cell.FreeMemory.Count.ShouldBeInRange(1, cell.Memory.Count);
        host.Capacity.NumaCells.Sum(one => one.LogicalCpus).ShouldBe(host.Capacity.LogicalCpus);
        host.Capacity.HugePages.ShouldNotBeNull();
        host.Networks.ShouldNotBeNull();
        host.Storage.ShouldNotBeNull();
    }

    [Fact]
    public async Task Should_distinguish_local_disks_from_those_configured_as_shared()
    {
        await fixture.Bed.StartGuestAsync(TestBedFixture.Source, "local", ["DISK_MIB=8"]);
        await fixture.Bed.StartGuestAsync(TestBedFixture.Source, "sharing", ["DISK_MIB=8", "DISK=/var/lib/libvirt/shared/sharing.qcow2", "CACHE=none"]);
        await using var hypervisor = fixture.Connect(TestBedFixture.Source, options => options.SharedPaths = ["/var/lib/libvirt/shared"]);

        var local = await DescribeAsync(hypervisor, "local");
        local.CpuFeatures.ShouldBe([], "the test bed's guests are emulated");
        local.Disks[0].IsLocal.ShouldBe(true);
        (await DescribeAsync(hypervisor, "sharing")).Disks[0].IsLocal.ShouldBe(false);
        (await hypervisor.DescribeHostAsync(CancellationToken.None)).Storage.ShouldNotBeNull().ShouldContain(storage => storage.Path == "/var/lib/libvirt/shared" && storage.IsShared);
        await fixture.Bed.RemoveGuestAsync("local");
        await fixture.Bed.RemoveGuestAsync("sharing");
    }

    [Fact]
    public async Task Should_report_a_guest_as_locked_while_its_disk_is_copied()
    {
        await fixture.Bed.StartGuestAsync(TestBedFixture.Source, "copied", ["DISK_MIB=8"]);
        await using var hypervisor = fixture.Connect(TestBedFixture.Source);
        (await DescribeAsync(hypervisor, "copied")).Lock.ShouldBeNull();

        await fixture.Bed.VirshAsync(TestBedFixture.Source, "blockcopy", "copied", "vda", "--dest", "/var/lib/libvirt/images/copy.qcow2", "--transient-job");
        (await DescribeAsync(hypervisor, "copied")).Lock.ShouldBe(VmLock.BlockJob);

        await fixture.Bed.VirshAsync(TestBedFixture.Source, "blockjob", "copied", "vda", "--abort");
        (await DescribeAsync(hypervisor, "copied")).Lock.ShouldBeNull();
        await fixture.Bed.RemoveGuestAsync("copied");
    }

    [Fact]
    public async Task Should_not_report_a_guest_as_locked_that_migrates_with_its_disks()
    {
        var vm = await fixture.BusyGuestAsync("moving", "DISK_MIB=8");
        await using var other = fixture.Connect(TestBedFixture.Source);
        var disk = (await DescribeAsync(other, "moving")).Disks.Single();
        await fixture.At(TestBedFixture.Destination).CreateImageAsync(disk, CopyStorage.All, CancellationToken.None);
        var options = new MigrationOptions { CopyStorage = CopyStorage.All, Bandwidth = BytesPerSecond.FromMebibytes(8) };
        var migrating = fixture.At(TestBedFixture.Source).MigrateAsync(new VmMigration(vm, Uri, options), CancellationToken.None);
        await Eventually.HoldsAsync(
            async () => await fixture.At(TestBedFixture.Source).ReadJobAsync(vm, default) is { Copy.Memory.Transferred.Count: > 0 }, "memory is being copied", TimeSpan.FromSeconds(60));

        (await DescribeAsync(other, "moving")).Lock.ShouldBeNull();
        (await DescribeAsync(fixture.At(TestBedFixture.Source), "moving")).Lock.ShouldBeNull();

        await fixture.At(TestBedFixture.Source).AbortJobAsync(vm, CancellationToken.None);
        (await migrating).Outcome.ShouldBe(MigrateOutcome.Aborted);
        await fixture.Bed.RemoveGuestAsync("moving");
    }

    [Fact]
    public async Task Should_read_the_placement_of_a_guest_from_its_metadata()
    {
        await fixture.Bed.StartGuestAsync(TestBedFixture.Source, "placed", []);
        await fixture.Bed.VirshAsync(
            TestBedFixture.Source, "metadata", "placed", "--uri", $"{PlacementXml.Namespace}", "--key", "mesh", "--set", "<placement pinned='yes'><host label='zone' value='a'/></placement>");
        await fixture.Bed.VirshAsync(
            TestBedFixture.Source, "metadata", "placed", "--uri", $"{DomainXml.Labels}", "--key", "mesh", "--set", "<labels><label key='tier' value='db'/></labels>");

        var vm = await DescribeAsync(fixture.At(TestBedFixture.Source), "placed");

        vm.Placement.ShouldNotBeNull().PinnedToHost.ShouldBeTrue();
        vm.Placement.HostSelector["zone"].ShouldBe("a");
        vm.Labels["tier"].ShouldBe("db");
        await fixture.Bed.RemoveGuestAsync("placed");
    }

    private static async Task<VmDescription> DescribeAsync(IHypervisor hypervisor, string guest) =>
        (await hypervisor.DescribeVmAsync((await hypervisor.ListVmsAsync(CancellationToken.None)).Single(vm => vm.Name == guest).Id, CancellationToken.None)).ShouldNotBeNull();
}
