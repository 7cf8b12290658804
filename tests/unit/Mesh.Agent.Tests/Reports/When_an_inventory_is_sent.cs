using Mesh.Agent.Simulated;
using Mesh.Agent.Tests.Fakes;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Agent.Tests.Reports;

/// <summary>The facts for the scheduler, from the agent's settings and from the hypervisor.</summary>
public sealed class When_an_inventory_is_sent : IAsyncDisposable
{
    private static readonly HostName HostA = new("hosta");
    private readonly AgentHarness _host = new();
    private readonly SimulatedCluster _cluster;

    public When_an_inventory_is_sent() => _cluster = new SimulatedCluster(_host.Clock);

    [Fact]
    public async Task Should_contain_the_facts_of_the_host()
    {
        var sent = await SentAsync(new SimulatedHost
        {
            Name = HostA,
            Link = BytesPerSecond.FromMebibytes(500),
            Labels = Label("zone", "a"),
            Networks = ["br0"],
            Storage = [new HostStorage("nas", "/mnt/nas", true)],
            CpuModel = "EPYC",
            CpuModels = ["EPYC"],
            CpuFeatures = ["avx"],
            NumaCells = [new NumaCell(0, Bytes.FromGibibytes(256), Bytes.FromGibibytes(200), 32)],
            HugePages = [new HugePagePool(Bytes.FromMebibytes(2), 10, 5)],
            Uuid = "u",
            HypervisorVersion = "9.2",
            MachineTypes = ["q35"],
        });

        (sent.Capacity.Link, sent.Capacity.CpuModel).ShouldBe((BytesPerSecond.FromMebibytes(500), "EPYC"));
        sent.Labels.ShouldBe(Label("zone", "a"));
        sent.Networks.ShouldBe(["br0"]);
        sent.Storage.ShouldHaveSingleItem().Name.ShouldBe("nas");
        sent.Capacity.CpuModels.ShouldBe(["EPYC"]);
        sent.Capacity.CpuFeatures.ShouldBe(["avx"]);
        sent.Capacity.NumaCells.ShouldHaveSingleItem().FreeMemory.ShouldBe(Bytes.FromGibibytes(200));
        sent.Capacity.HugePages.ShouldHaveSingleItem().Free.ShouldBe(5);
        (sent.Hypervisor.HostUuid, sent.Hypervisor.Version).ShouldBe(("u", "9.2"));
        sent.Hypervisor.MachineTypes.ShouldBe(["q35"]);
    }

    [Fact]
    public async Task Should_omit_unknown_facts()
    {
        var sent = await SentAsync(new SimulatedHost { Name = HostA });

        (sent.Labels, sent.Networks, sent.Storage, sent.Capacity.NumaCells, sent.Hypervisor.MachineTypes).ShouldBe((null, null, null, null, null));
        sent.Hypervisor.HostUuid.ShouldBe("simulated-hosta");
    }

    [Fact]
    public async Task Should_prefer_the_agent_s_settings()
    {
        _host.Options.LinkMebibytesPerSecond = 100;
        _host.Options.Labels["zone"] = "b";

        var sent = await SentAsync(new SimulatedHost { Name = HostA, Labels = new Dictionary<string, string>(StringComparer.Ordinal) { ["zone"] = "a", ["disk"] = "ssd" } });

        sent.Capacity.Link.ShouldBe(BytesPerSecond.FromMebibytes(100));
        sent.Labels.ShouldBe(new Dictionary<string, string>(StringComparer.Ordinal) { ["zone"] = "b", ["disk"] = "ssd" }, ignoreOrder: true);
    }

    [Fact]
    public async Task Should_report_what_restricts_the_hosts_of_a_vm()
    {
        var placement = new VmPlacement(PinnedToHost: true, Label("zone", "a"));
        var sent = await SentAsync(new SimulatedHost { Name = HostA }, new SimulatedVm
        {
            Id = Vm.Id(1),
            Name = "vm",
            Memory = Bytes.FromGibibytes(1),
            Machine = "q35",
            CpuModel = "EPYC",
            CpuFeatures = ["avx"],
            HugePageSize = Bytes.FromMebibytes(2),
            NumaNodes = [1],
            Placement = placement,
            Lock = VmLock.Backup,
            Labels = Label("tier", "db"),
            HostDevices = [new VmHostDevice("pci", "0000:3b:00.0")],
        });

        var vm = sent.Vms.ShouldHaveSingleItem();
        (vm.MachineType, vm.CpuModel, vm.HugePageSize, vm.Lock).ShouldBe(("q35", "EPYC", Bytes.FromMebibytes(2), VmLock.Backup));
        vm.Placement.ShouldBe(placement);
        vm.CpuFeatures.ShouldBe(["avx"]);
        vm.NumaNodes.ShouldBe([1]);
        vm.HostDevices.ShouldHaveSingleItem().Kind.ShouldBe("pci");
        vm.Labels.ShouldBe(Label("tier", "db"));
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _cluster.Dispose();
    }

    private async Task<HostInventory> SentAsync(SimulatedHost host, params SimulatedVm[] vms)
    {
        _cluster.AddHost(host);
        foreach (var vm in vms)
            _cluster.AddVm(HostA, vm);
        await _host.StartAsync(() => _cluster.CreateHypervisor(HostA));
        await _host.UntilAsync(() => _host.Bus.Messages<HostInventory>().Count > 0, "the inventory");
        return _host.Bus.Messages<HostInventory>()[0];
    }

    private static Dictionary<string, string> Label(string key, string value) => new(StringComparer.Ordinal) { [key] = value };
}
