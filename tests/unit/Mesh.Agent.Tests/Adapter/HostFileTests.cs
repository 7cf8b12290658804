using Mesh.Agent.Libvirt.HostSystem;
using Mesh.Agent.Tests.Fakes;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Agent.Tests.Adapter;

/// <summary>Reads copies of the kernel's files about a host.</summary>
public sealed class HostFileTests : IDisposable
{
    private const string Mountinfo = """
        22 27 0:21 / /proc rw,relatime - proc proc rw
        27 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
        31 27 0:40 / /mnt/nas rw,relatime shared:9 master:2 - nfs4 nas:/vms rw,vers=4.2
        32 27 0:41 / /mnt/two\040words rw - fuse.glusterfs g:/vol rw
        33 27 0:42 / /mnt/odd rw - fuse.sshfs me@there:/ rw
        34 31 8:2 / /mnt/nas/local rw - xfs /dev/sdb rw
        not a line of it
        """;

    private readonly string _root = Directory.CreateTempSubdirectory("mesh-host-").FullName;
    private readonly HostFiles _files;

    public HostFileTests()
    {
        _files = new HostFiles(_root);
        Write("proc/1/mountinfo", Mountinfo);
        foreach (var directory in (string[])["mnt", "called"])
            Directory.CreateDirectory(Path.Combine(_root, directory));
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Shared_file_systems_by_their_type() =>
        _files.Mounts().ShouldNotBeNull().Shared.Select(mount => (mount.MountPoint, mount.Type, mount.Source))
            .ShouldBe([("/mnt/nas", "nfs4", "nas:/vms"), ("/mnt/two words", "fuse.glusterfs", "g:/vol")]);

    [Theory]
    [InlineData("/images/a.qcow2", true)]
    [InlineData("/images/missing.qcow2", null)]
    [InlineData("/mnt/nas/a.qcow2", false)]
    [InlineData("/mnt/nas", false)]
    [InlineData("/mnt/nasty/a.qcow2", true)]
    [InlineData("/mnt/odd/a.qcow2", null)]
    [InlineData("/linked/a.qcow2", false)]
    [InlineData("/images/../linked/a.qcow2", false)]
    [InlineData("/images/beside.qcow2", true)]
    [InlineData("/images/dangling.qcow2", null)]
    [InlineData("/images/round", null)]
    [InlineData("/called/shared/a.qcow2", false)]
    public void Whether_a_file_is_on_local_storage(string path, bool? expected)
    {
        foreach (var file in (string[])["images/a.qcow2", "mnt/nasty/a.qcow2", "mnt/odd/a.qcow2"])
            Write(file, "");
        File.CreateSymbolicLink(Path.Combine(_root, "linked"), "/mnt/nas");
        File.CreateSymbolicLink(Path.Combine(_root, "images/beside.qcow2"), "a.qcow2");
        File.CreateSymbolicLink(Path.Combine(_root, "images/dangling.qcow2"), "../nothing");
        File.CreateSymbolicLink(Path.Combine(_root, "images/round"), "round");

        _files.IsLocal(path, _files.Mounts()!, at => at == "/called/shared").ShouldBe(expected);
    }

    [Fact]
    public void A_shared_file_system_is_not_touched()
    {
        // Nothing exists below the mount point, and still the answer is certain.
        Directory.Exists(Path.Combine(_root, "mnt/nas")).ShouldBeFalse();
        _files.IsLocal("/mnt/nas/a/b/c", _files.Mounts()!, _ => false).ShouldBe(false);
    }

    [Fact]
    public void Bridges_including_those_of_Open_vSwitch()
    {
        foreach (var directory in (string[])["eth0/device", "br0/bridge", "vnet0/brport", "ovsbr0/queues", "lo/queues", "tap1/queues"])
            Directory.CreateDirectory(Path.Combine(_root, "sys/class/net", directory));
        Write("sys/class/net/tap1/tun_flags", "0x1002");
        _files.Bridges().ShouldBe(["br0"]);

        Directory.CreateDirectory(Path.Combine(_root, "sys/class/net/ovs-system"));
        _files.Bridges().ShouldBe(["br0", "ovsbr0"]);
    }

    [Theory]
    [InlineData("10000\n", 1_250_000_000L)]
    [InlineData("-1\n", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void The_speed_of_a_device(string? speed, long? expected)
    {
        if (speed is not null)
            Write("sys/class/net/eth1/speed", speed);
        _files.LinkSpeed("eth1").ShouldBe(expected is { } rate ? new BytesPerSecond(rate) : null);
    }

    [Fact]
    public void What_cannot_be_read_is_unknown()
    {
        var nothing = new HostFiles(Path.Combine(_root, "nowhere"));
        nothing.Mounts().ShouldBeNull();
        nothing.Bridges().ShouldBeNull();
    }

    [Fact]
    public void Storage_is_pools_shared_file_systems_and_configured_paths()
    {
        Write("pools/default/x", "");

        var storageMap = Places(new HostStorage("default", "/pools/default", false), new HostStorage("on-nas", "/mnt/nas/pool", false), new HostStorage("ceph", "", true));

        storageMap.Storage.ShouldBe([
            new HostStorage("default", "/pools/default", false), new HostStorage("on-nas", "/mnt/nas/pool", true), new HostStorage("ceph", "", true),
            new HostStorage("nas:/vms", "/mnt/nas", true), new HostStorage("g:/vol", "/mnt/two words", true), new HostStorage("/srv/shared", "/srv/shared", true),
        ]);
    }

    [Theory]
    [InlineData(DiskStorage.File, "/pools/default/a.qcow2", false, true)]
    [InlineData(DiskStorage.File, "/pools/default/a.qcow2", true, false)]
    [InlineData(DiskStorage.File, "/srv/shared/a.qcow2", false, false)]
    [InlineData(DiskStorage.File, "/pools/netfs/a.qcow2", false, false)]
    [InlineData(DiskStorage.File, "", false, null)]
    [InlineData(DiskStorage.Block, "/dev/disk/by-path/ip-1-iscsi", false, false)]
    [InlineData(DiskStorage.Block, "/dev/sdz", false, null)]
    [InlineData(DiskStorage.Volume, "default/a.qcow2", false, true)]
    [InlineData(DiskStorage.Volume, "ceph/a", false, false)]
    [InlineData(DiskStorage.Volume, "unheard-of/a", false, null)]
    [InlineData(DiskStorage.Network, "rbd/pool/image", false, null)]
    public void Whether_a_disk_is_on_local_storage(DiskStorage storage, string source, bool isShareable, bool? expected)
    {
        Write("pools/default/a.qcow2", "");
        var disk = Vm.Disk("vda") with { Storage = storage, Source = source, Shareable = isShareable };

        Places(
            new HostStorage("default", "/pools/default", false), new HostStorage("netfs", "/pools/netfs", true), new HostStorage("ceph", "", true),
            new HostStorage("san", "/dev/disk/by-path", true)).IsLocal(disk).ShouldBe(expected);
    }

    [Fact]
    public void Local_files_reveal_nothing_about_a_remote_host()
    {
        var storageMap = new HostStorageMap(null, null, null, []);

        storageMap.Storage.ShouldBeNull();
        storageMap.IsLocal(Vm.Disk("vda", "/images/a.qcow2")).ShouldBeNull();
    }

    private HostStorageMap Places(params HostStorage[] pools) => new(_files, _files.Mounts(), pools, ["/srv/shared"]);

    private void Write(string path, string text)
    {
        var file = new FileInfo(Path.Combine(_root, path));
        file.Directory!.Create();
        File.WriteAllText(file.FullName, text);
    }
}
