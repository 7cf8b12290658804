using Mesh.Agent.Libvirt.Xml;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Tests.Adapter;

/// <summary>What a host supports, from libvirt's capabilities.</summary>
public sealed class CapabilityTests
{
    private const string Capabilities = """
        <capabilities>
          <host>
            <uuid>00000000-0000-4000-8000-000000000001</uuid>
            <cpu>
              <arch>x86_64</arch><model>Broadwell-IBRS</model><vendor>Intel</vendor>
              <feature name='vmx'/><feature name='invtsc'/>
              <pages unit='KiB' size='4'/><pages unit='KiB' size='2048'/><pages unit='KiB' size='1048576'/>
            </cpu>
            <topology><cells num='2'>
              <cell id='0'>
                <memory unit='KiB'>2097152</memory>
                <pages unit='KiB' size='4'>524288</pages><pages unit='KiB' size='2048'>16</pages><pages unit='KiB' size='1048576'>0</pages>
                <cpus num='2'><cpu id='0' socket_id='0'/><cpu id='1' socket_id='0'/></cpus>
              </cell>
              <cell id='2'>
                <memory unit='MiB'>1024</memory><pages unit='KiB' size='2048'>8</pages><cpus num='1'><cpu id='2' socket_id='1'/></cpus>
              </cell>
            </cells></topology>
          </host>
          <guest><os_type>hvm</os_type><arch name='i686'><machine>isapc</machine><domain type='qemu'/></arch></guest>
          <guest><os_type>hvm</os_type><arch name='x86_64'>
            <machine maxCpus='255'>pc-i440fx-10.0</machine>
            <machine canonical='pc-i440fx-10.0' maxCpus='255'>pc</machine>
            <machine canonical='pc-q35-10.0' maxCpus='4096'>q35</machine>
            <domain type='qemu'/><domain type='kvm'/>
          </arch></guest>
        </capabilities>
        """;

    private readonly HostCapabilitiesXml _host = HostCapabilitiesXml.Read(Capabilities);

    [Fact]
    public void The_host_itself() =>
        (_host.Uuid, _host.Architecture, _host.CpuModel).ShouldBe(("00000000-0000-4000-8000-000000000001", "x86_64", "Broadwell-IBRS"));

    [Fact]
    public void Machine_types_of_the_hosts_architecture_under_all_their_names() =>
        _host.MachineTypes.ShouldBe(["pc-i440fx-10.0", "pc", "q35", "pc-q35-10.0"]);

    [Fact]
    public void Kvm_is_used_where_it_is_available() => _host.VirtType.ShouldBe("kvm");

    [Fact]
    public void Features_beyond_the_model() => _host.CpuFeatures.ShouldBe(["vmx", "invtsc"]);

    [Fact]
    public void Nodes_with_their_memory_CPUs_and_pages()
    {
        _host.NumaCells!.Select(cell => (cell.Id, cell.Memory, cell.LogicalCpus)).ShouldBe([(0, Bytes.FromGibibytes(2), 2), (2, Bytes.FromGibibytes(1), 1)]);
        _host.NumaCells![0].Pages[2048].ShouldBe(16);
        _host.HugePageSizes.ShouldBe([2048u, 1_048_576u], "the smallest are normal pages");
    }

    [Fact]
    public void What_is_missing_is_unknown()
    {
        var bare = HostCapabilitiesXml.Read("<capabilities><host><uuid>u</uuid><cpu><arch>x86_64</arch><model>Broadwell</model></cpu></host></capabilities>");

        (bare.Uuid, bare.Architecture, bare.CpuModel).ShouldBe(("u", "x86_64", "Broadwell"));
        (bare.MachineTypes, bare.VirtType, bare.NumaCells, bare.HugePageSizes).ShouldBe((null, null, null, null));
    }

    [Fact]
    public void Models_that_the_host_s_CPU_supports()
    {
        var read = DomainCapabilitiesXml.Read("""
            <domainCapabilities><cpu>
              <mode name='host-passthrough' supported='yes'/>
              <mode name='host-model' supported='yes'>
                <model fallback='forbid'>Broadwell-IBRS</model><vendor>Intel</vendor>
                <feature policy='require' name='hypervisor'/><feature policy='disable' name='mpx'/>
              </mode>
              <mode name='custom' supported='yes'>
                <model usable='yes' vendor='Intel'>Broadwell-IBRS</model><model usable='no' vendor='AMD'>EPYC</model><model usable='unknown'>qemu64</model>
              </mode>
            </cpu></domainCapabilities>
            """);

        read.CpuModels.ShouldBe(["Broadwell-IBRS", "EPYC", "qemu64"]);
        read.UsableModels.ShouldBe(["Broadwell-IBRS", "qemu64"]);
        read.HostModel.ShouldNotBeNull().ShouldStartWith("<cpu>");
        DomainCapabilitiesXml.Features(read.HostModel!).ShouldBe(["hypervisor"]);
    }

    [Theory]
    [InlineData("<domainCapabilities/>")]
    [InlineData("<domainCapabilities><cpu><mode name='host-model' supported='no'/><mode name='custom' supported='no'/></cpu></domainCapabilities>")]
    public void A_host_that_reports_no_models(string capabilities) =>
        DomainCapabilitiesXml.Read(capabilities).ShouldBe(new DomainCapabilitiesXml(null, null, null));

    [Theory]
    [InlineData("<pool type='dir'><name>default</name><target><path>/var/lib/libvirt/images</path></target></pool>", "default", "/var/lib/libvirt/images", false)]
    [InlineData("<pool type='netfs'><name>nas</name><target><path>/mnt/nas</path></target></pool>", "nas", "/mnt/nas", true)]
    [InlineData("<pool type='rbd'><name>ceph</name></pool>", "ceph", "", true)]
    [InlineData("<pool type='iscsi'><name>san</name><target><path>/dev/disk/by-path</path></target></pool>", "san", "/dev/disk/by-path", true)]
    [InlineData("<pool type='gluster'><name>g</name></pool>", "g", "", true)]
    [InlineData("<pool type='logical'><name>vg</name><target><path>/dev/vg</path></target></pool>", "vg", "/dev/vg", false)]
    public void A_pool_and_whether_its_kind_is_shared(string xml, string name, string path, bool isShared) =>
        StorageXml.ReadPool(xml).ShouldBe(new HostStorage(name, path, isShared));
}
