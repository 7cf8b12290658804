using Mesh.Agent.Hypervisors;
using Mesh.Agent.Libvirt.Xml;
using Mesh.Agent.Tests.Fakes;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Agent.Tests.Adapter;

public sealed class XmlTests
{
    private const string Domain = """
        <domain type='kvm' id='7'>
          <name>web-1</name>
          <uuid>7441174d-9c4e-4464-acfc-cd2fcbc89da2</uuid>
          <metadata><labels xmlns='urn:migration-mesh:labels'><label key='tier' value='db'/><label key='site' value='x'/></labels></metadata>
          <memory unit='KiB'>2097152</memory>
          <currentMemory unit='KiB'>1048576</currentMemory>
          <vcpu placement='static' current='2'>4</vcpu>
          <os><type arch='x86_64' machine='pc-q35-10.0'>hvm</type></os>
          <cpu mode='custom'><model fallback='forbid'>Skylake-Server</model></cpu>
          <devices>
            <disk type='file' device='disk'>
              <driver name='qemu' type='qcow2' cache='none'/><source file='/images/web.qcow2' index='1'/>
              <backingStore type='file' index='3'><format type='raw'/><source file='/images/base.raw'/><backingStore/></backingStore>
              <target dev='vda' bus='virtio'/>
            </disk>
            <disk type='block' device='lun'><source dev='/dev/sdz'/><target dev='sda' bus='scsi'/><shareable/></disk>
            <disk type='network' device='disk'><source protocol='rbd' name='pool/image'/><target dev='vdb' bus='virtio'/></disk>
            <disk type='file' device='cdrom'><target dev='sdb' bus='sata'/><readonly/></disk>
            <interface type='bridge'><mac address='52:54:00:00:00:01'/><source bridge='br0'/><model type='virtio'/></interface>
            <interface type='hostdev'><mac address='52:54:00:00:00:02'/><source><address type='pci' domain='0x0000' bus='0x3b' slot='0x02' function='0x1'/></source></interface>
            <hostdev mode='subsystem' type='pci'><source><address domain='0x0000' bus='0x3b' slot='0x00' function='0x0'/></source></hostdev>
            <hostdev mode='subsystem' type='usb'><source><vendor id='0x1234'/><product id='0xbeef'/></source></hostdev>
            <hostdev mode='subsystem' type='mdev'><source><address uuid='c2177883-f1bb-47f0-914d-32a22e3a8804'/></source></hostdev>
          </devices>
        </domain>
        """;

    private readonly VmDescription _vm = DomainXml.Read(
        Domain, VmRunState.Running, true, target => target == "vda" ? (Bytes.FromGibibytes(10), Bytes.FromGibibytes(1)) : null);

    [Fact]
    public void A_vms_sizes_and_names()
    {
        _vm.Id.ToString().ShouldBe("7441174d-9c4e-4464-acfc-cd2fcbc89da2");
        (_vm.Name, _vm.Status, _vm.Memory, _vm.VCpus).ShouldBe(("web-1", VmStatus.Up, Bytes.FromGibibytes(2), 4));
        (_vm.MachineType, _vm.CpuModel, _vm.Persistent).ShouldBe(("pc-q35-10.0", "Skylake-Server", true));
        _vm.Labels["tier"].ShouldBe("db");
    }

    [Fact]
    public void Its_disks() => _vm.Disks.ShouldBe([
        new VmDisk("vda", DiskDevice.Disk, "virtio", "qcow2", DiskStorage.File, "/images/web.qcow2", false, false, Bytes.FromGibibytes(10), Bytes.FromGibibytes(1), "/images/base.raw"),
        new VmDisk("sda", DiskDevice.Lun, "scsi", "", DiskStorage.Block, "/dev/sdz", false, true, null, null),
        new VmDisk("vdb", DiskDevice.Disk, "virtio", "", DiskStorage.Network, "rbd/pool/image", false, false, null, null),
        new VmDisk("sdb", DiskDevice.CdRom, "sata", "", DiskStorage.File, "", true, false, null, null),
    ]);

    [Fact]
    public void Its_networks() => _vm.Networks.ShouldBe([
        new VmNetwork("bridge", "br0", "virtio", "52:54:00:00:00:01"), new VmNetwork("hostdev", "", "", "52:54:00:00:00:02"),
    ]);

    [Fact]
    public void Host_devices_including_network_cards() => _vm.HostDevices.ShouldBe([
        new VmHostDevice("pci", "0000:3b:00.0"), new VmHostDevice("usb", "0x1234:0xbeef"),
        new VmHostDevice("mdev", "c2177883-f1bb-47f0-914d-32a22e3a8804"), new VmHostDevice("pci", "0000:3b:02.1"),
    ]);

    [Fact]
    public void A_minimal_vm_has_only_what_its_xml_contains()
    {
        var bare = DomainXml.Read("<domain><name>n</name><uuid>7441174d-9c4e-4464-acfc-cd2fcbc89da2</uuid></domain>", VmRunState.Down, false, _ => null);

        (bare.VCpus, bare.MachineType, bare.CpuModel, bare.Status).ShouldBe((1, "", "", VmStatus.Down));
        (bare.Disks.Count + bare.Networks.Count + bare.HostDevices.Count + bare.Labels.Count).ShouldBe(0);
    }

    [Fact]
    public void An_image_is_created_like_the_disk_and_above_its_backing_file_if_that_stays()
    {
        var disk = Vm.Disk("vda", "/images/web.qcow2") with { BackingFile = "/images/base.raw" };

        StorageXml.CreateVolume(disk, CopyStorage.All, null).ShouldNotContain("backingStore");
        var incremental = StorageXml.CreateVolume(disk, CopyStorage.Incremental, "raw");
        incremental.ShouldContain("<name>web.qcow2</name>");
        incremental.ShouldContain("""<capacity unit="bytes">134217728</capacity>""");
        incremental.ShouldContain("<path>/images/base.raw</path>");
        StorageXml.ReadVolumeFormat(incremental).ShouldBe("qcow2");
    }

    [Theory]
    [InlineData("<cputune><period>50000</period><quota>30000</quota></cputune>", 30_000)]
    [InlineData("<cputune><quota>-1</quota></cputune>", -1)]
    [InlineData("<cputune><quota>0</quota></cputune>", -1)]
    [InlineData("<cputune><shares>512</shares></cputune>", -1)]
    [InlineData("", -1)]
    public void The_quota_of_its_vcpus(string tune, long expected) =>
        DomainXml.VcpuQuota($"<domain><name>n</name>{tune}</domain>").ShouldBe(expected);
}
