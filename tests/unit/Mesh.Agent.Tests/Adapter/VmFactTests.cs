using Mesh.Agent.Hypervisors;
using Mesh.Agent.Libvirt;
using Mesh.Agent.Libvirt.Adapter;
using Mesh.Agent.Libvirt.Xml;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Agent.Tests.Adapter;

/// <summary>What restricts the hosts of a VM, from its domain XML and its job.</summary>
public sealed class VmFactTests
{
    [Theory]
    [InlineData("<cpu mode='custom'><model>Skylake-Server</model><feature policy='require' name='vmx'/><feature name='avx2'/><feature policy='disable' name='mpx'/>"
        + "<feature policy='optional' name='ht'/><feature policy='force' name='x2apic'/></cpu>", "vmx avx2")]
    [InlineData("<cpu mode='custom'><model>Nehalem</model></cpu>", "")]
    [InlineData("<cpu mode='host-passthrough'><feature policy='require' name='vmx'/></cpu>", "vmx")]
    [InlineData("<cpu mode='host-passthrough'/>", null)]
    [InlineData("", null)]
    public void Features_that_it_requires(string cpu, string? expected) =>
        (Read(cpu).CpuFeatures is { } features ? string.Join(' ', features) : null).ShouldBe(expected);

    [Fact]
    public void An_emulated_CPU_requires_no_host_features()
    {
        const string Emulated =
            "<domain type='qemu'><name>n</name><uuid>7441174d-9c4e-4464-acfc-cd2fcbc89da2</uuid><cpu><model>EPYC</model><feature policy='require' name='svm'/></cpu></domain>";
        DomainXml.Read(Emulated, VmRunState.Running, true, _ => null).CpuFeatures.ShouldBe([]);
        RequiredCpuFeatures.ReadCpuElement(Emulated).ShouldBeNull();
    }

    [Fact]
    public void A_virtualized_CPU_requires_its_model_and_features()
    {
        var cpu = RequiredCpuFeatures.ReadCpuElement("<domain type='kvm'><cpu><model>EPYC</model><topology cores='2'/><feature policy='disable' name='svm'/></cpu></domain>").ShouldNotBeNull();
        cpu.ShouldContain("<model>EPYC</model>");
        cpu.ShouldContain("svm");
        cpu.ShouldNotContain("topology");
        RequiredCpuFeatures.ReadCpuElement("<domain type='kvm'><cpu mode='host-passthrough'/></domain>").ShouldBeNull();
    }

    [Theory]
    [InlineData("<memoryBacking><hugepages><page size='1048576' unit='KiB'/><page size='2048' unit='KiB' nodeset='1'/></hugepages></memoryBacking>", 1024)]
    [InlineData("<memoryBacking><hugepages><page size='1' unit='G'/></hugepages></memoryBacking>", 1024)]
    [InlineData("<memoryBacking><hugepages/></memoryBacking>", 2)]
    [InlineData("<memoryBacking><locked/></memoryBacking>", null)]
    public void Huge_pages_that_back_its_memory(string backing, int? mebibytes) =>
        Read(backing).HugePageSize.ShouldBe(mebibytes is { } size ? Bytes.FromMebibytes(size) : null);

    [Theory]
    [InlineData("<numatune><memory mode='strict' nodeset='0-3,^2,8'/></numatune>", "0 1 3 8")]
    [InlineData("<numatune><memory nodeset='1'/></numatune>", "1")]
    [InlineData("<numatune><memory mode='preferred' nodeset='1'/></numatune>", null)]
    [InlineData("<numatune><memory mode='strict' placement='auto'/></numatune>", null)]
    [InlineData("<numatune><memory mode='strict' nodeset='x,9999999,-'/></numatune>", null)]
    public void Nodes_that_its_memory_must_be_on(string tune, string? expected) =>
        (Read(tune).NumaNodes is { } nodes ? string.Join(' ', nodes) : null).ShouldBe(expected);

    [Fact]
    public void Placement_constraints_are_read()
    {
        var placement = Read("""
            <metadata>
              <labels xmlns='urn:migration-mesh:labels'><label key='tier' value='db'/></labels>
              <placement xmlns='urn:migration-mesh:placement' pinned='yes'><host label='zone' value='a'/><host label='host' value='hostb'/></placement>
            </metadata>
            """).Placement.ShouldNotBeNull();

        placement.PinnedToHost.ShouldBeTrue();
        placement.HostSelector.ShouldBe(new Dictionary<string, string>(StringComparer.Ordinal) { ["zone"] = "a", ["host"] = "hostb" }, ignoreOrder: true);
    }

    [Theory]
    [InlineData("<placement xmlns='urn:migration-mesh:placement'><host label='zone' value='a'/></placement>", false, 1)]
    [InlineData("<m:placement xmlns:m='urn:migration-mesh:placement' pinned='yes'/>", true, 0)]
    public void Pinned_or_selecting_and_with_any_prefix(string metadata, bool isPinned, int labels)
    {
        var placement = Read($"<metadata>{metadata}</metadata>").Placement.ShouldNotBeNull();
        (placement.PinnedToHost, placement.HostSelector.Count).ShouldBe((isPinned, labels));
    }

    [Theory]
    [InlineData("<placement xmlns='urn:migration-mesh:placement' pinned='no'/>")]
    [InlineData("<placement xmlns='urn:somebody:else' pinned='yes'/>")]
    [InlineData("")]
    public void No_placement_constraints(string metadata) => Read($"<metadata>{metadata}</metadata>").Placement.ShouldBeNull();

    [Fact]
    public void A_network_is_identified_by_its_name_and_not_by_its_bridge_on_this_host() =>
        Read("<devices><interface type='network'><source network='default' portid='1' bridge='virbr0'/></interface></devices>")
            .Networks.ShouldHaveSingleItem().Source.ShouldBe("default");

    [Theory]
    [InlineData("<disk><mirror type='file' job='copy'><source file='/b'/></mirror></disk>", true)]
    [InlineData("<disk><source file='/a'/></disk>", false)]
    public void A_disk_that_is_being_copied(string disk, bool expected) =>
        DomainXml.HasMirror($"<domain><devices>{disk}</devices></domain>").ShouldBe(expected);

    [Theory]
    [InlineData(DomainJobOperation.Snapshot, VmLock.Snapshot)]
    [InlineData(DomainJobOperation.SnapshotRevert, VmLock.Snapshot)]
    [InlineData(DomainJobOperation.SnapshotDelete, VmLock.Snapshot)]
    [InlineData(DomainJobOperation.Backup, VmLock.Backup)]
    [InlineData(DomainJobOperation.Save, VmLock.Save)]
    [InlineData(DomainJobOperation.Dump, VmLock.Save)]
    [InlineData(DomainJobOperation.Unknown, null)]
    public void A_job_that_locks_it(DomainJobOperation operation, VmLock? expected) =>
        VmLockMapping.FromJob(Job(DomainJobType.Unbounded, operation), hasMirror: false).ShouldBe(expected);

    [Theory]
    [InlineData(DomainJobOperation.MigrationOut)]
    [InlineData(DomainJobOperation.MigrationIn)]
    public void A_migration_is_not_a_lock_even_if_it_copies_disks(DomainJobOperation operation)
    {
        VmLockMapping.FromJob(Job(DomainJobType.Unbounded, operation), hasMirror: false).ShouldBeNull();
        VmLockMapping.FromJob(Job(DomainJobType.Unbounded, operation), hasMirror: true).ShouldBeNull();
    }

    [Fact]
    public void A_block_job_is_a_lock_until_it_has_ended()
    {
        VmLockMapping.FromJob(Job(DomainJobType.None, DomainJobOperation.Unknown), hasMirror: true).ShouldBe(VmLock.BlockJob);
        VmLockMapping.FromJob(Job(DomainJobType.Completed, DomainJobOperation.Backup), hasMirror: false).ShouldBeNull();
    }

    private static DomainJobStats Job(DomainJobType type, DomainJobOperation operation) => new()
    {
        Type = type,
        Raw = new TypedParameters([TypedParameter.FromInt32("operation", (int)operation)]),
    };

    private static VmDescription Read(string parts) => DomainXml.Read(
        $"<domain><name>n</name><uuid>7441174d-9c4e-4464-acfc-cd2fcbc89da2</uuid>{parts}</domain>", VmRunState.Running, true, _ => null);
}
