using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Scheduler.Tests.Checking;

public sealed class When_nothing_speaks_against_it
{
    private static readonly Fleet Fleet = Given.Fleet();
    private static readonly MigrationOptions Copy = new() { CopyStorage = CopyStorage.All };

    private static readonly Dictionary<string, Question> Allowed = new(StringComparer.Ordinal)
    {
        ["just enough memory"] = Cases.Ask(Fleet.WithCapacity(Given.HostB, capacity => capacity with { FreeMemory = Bytes.FromGibibytes(2) })),
        ["just enough processors"] = Cases.Ask(Fleet.WithVms(Given.HostB, Given.Vm("g2") with { VCpus = 6 }) with { Limits = new() { CpuOvercommit = 1 } }),
        ["machines that are down take nothing"] = Cases.Ask(
            Fleet.WithVms(Given.HostB, Given.Vm("g2") with { VCpus = 8, Status = VmStatus.Down }) with { Limits = new() { CpuOvercommit = 1 } }),
        ["huge pages need no ordinary memory"] = Cases.Ask(Fleet.WithVm(vm => vm with { HugePageSize = Bytes.FromMebibytes(2) })
            .WithCapacity(Given.HostB, capacity => capacity with { FreeMemory = Bytes.Zero })),
        ["huge pages in a strict NUMA node"] = Cases.Ask(Fleet.WithVm(vm => vm with { HugePageSize = Bytes.FromMebibytes(2), NumaNodes = [0] })
            .WithCapacity(Given.HostB, capacity => capacity with { NumaCells = [new(0, Bytes.FromGibibytes(16), Bytes.Zero, 8)] })),
        ["its own definition, shut off"] = Cases.Ask(Fleet.WithVms(Given.HostB, Given.Vm("g1") with { Status = VmStatus.Down })),
        ["an empty CD-ROM drive"] = Cases.Ask(Cases.Disk(disk => disk with { Device = DiskDevice.CdRom, Source = "" })),
        ["a local disk that is copied"] = Cases.Ask(Cases.Disk(disk => disk with { IsLocal = true, Source = "/images/a.qcow2" }), Copy),
        ["a local disk at one's own risk"] = Cases.Ask(Cases.Disk(disk => disk with { IsLocal = true, Source = "/images/a.qcow2" }), new() { Unsafe = true }),
        ["a volume of a pool that both reach"] = Cases.Ask(Cases.Disk(disk => disk with { Storage = DiskStorage.Volume, Source = "pool/g1" })),
        ["a volume that is copied"] = Cases.Ask(Cases.Disk(disk => disk with { Storage = DiskStorage.Volume, Source = "ssd/g1" }), Copy),
        ["a path that only begins like a mount"] = Cases.Ask(Cases.Disk(disk => disk with { Source = "/shared2/g1.qcow2" })
            .WithInventory(Given.HostB, inventory => inventory with { Storage = [] })),
        ["a folder that is not known to be shared"] = Cases.Ask(Cases.Disk(disk => disk with { Source = "/images/g1.qcow2", IsLocal = null })
            .WithInventory(Given.HostA, inventory => inventory with { Storage = [new("images", "/images", false)] })),
        ["mounted with a trailing slash"] = Cases.Ask(
            Fleet.WithInventory(Given.HostB, inventory => inventory with { Storage = [new("nas:/vms", "/shared/", true)] })),
        ["storage unknown"] = Cases.Ask(Fleet.WithInventory(Given.HostB, inventory => inventory with { Storage = null })),
        ["networks unknown"] = Cases.Ask(Fleet.WithInventory(Given.HostB, inventory => inventory with { Networks = null })),
        ["a network by rule"] = Cases.Ask(Fleet.WithInventory(Given.HostB, inventory => inventory with { Networks = [] })
            with
        { Rules = new() { Networks = [new("br0", [new("zone", LabelOperator.NotIn, ["a"])])] } }),
        ["a network of the user"] = Cases.Ask(Fleet.WithVm(vm => vm with { Networks = [new("user", "", "virtio", ""), new("direct", "eth9", "virtio", "")] })),
        ["a libvirt network called like a management bridge"] = Cases.Ask(
            Fleet.WithVm(vm => vm with { Networks = [new("network", "mgmt-br", "", "")] })
            .WithInventory(Given.HostB, inventory => inventory with { Networks = ["mgmt-br"] })),
        ["newer QEMU"] = Cases.Ask(Fleet.WithHypervisor(Given.HostB, hypervisor => hypervisor with { Version = "11.0", LibvirtVersion = "12" })),
        ["older patch of QEMU"] = Cases.Ask(Fleet.WithHypervisor(Given.HostB, hypervisor => hypervisor with { Version = "10.0.0", LibvirtVersion = "11.0.0" })),
        ["versions unknown"] = Cases.Ask(Fleet.WithHypervisor(Given.HostB, hypervisor => hypervisor with { Version = "unknown", LibvirtVersion = "" })),
        ["host UUIDs unknown"] = Cases.Ask(Fleet.WithHypervisor(Given.HostA, hypervisor => hypervisor with { HostUuid = "" })
            .WithHypervisor(Given.HostB, hypervisor => hypervisor with { HostUuid = "" })),
        ["an address without a host"] = Cases.Ask(Fleet.WithInventory(Given.HostB, inventory => inventory with { MigrationTarget = "qemu+unix:///system?socket=/b" })),
        ["machine types unknown"] = Cases.Ask(Fleet.WithHypervisor(Given.HostB, hypervisor => hypervisor with { MachineTypes = null })),
        ["models, features, cells and pages unknown"] = Cases.Ask(
            Fleet.WithVm(vm => vm with { CpuModel = "EPYC", CpuFeatures = ["sev"], HugePageSize = Bytes.FromGibibytes(1), NumaNodes = [3] })
            .WithCapacity(Given.HostB, capacity => new("x86_64", "", 8, capacity.Memory, capacity.FreeMemory))),
        ["passed through to the same processors"] = Cases.Ask(Fleet.WithVm(vm => vm with { CpuModel = "host-passthrough" })),
        ["the host's model"] = Cases.Ask(Fleet.WithVm(vm => vm with { CpuModel = "host-model" })
            .WithCapacity(Given.HostB, capacity => capacity with { CpuModel = "Haswell" })),
        ["a selector that fits"] = Cases.Ask(Fleet.WithVm(vm => vm with { Placement = new(false, Given.Labels(("zone", "b"), ("host", "hostb"))) })),
        ["affinity to a host that fits"] = Cases.Ask(Cases.Ruled(
            new() { HostAffinity = [new("b", Given.Labels(("app", "db")), [new("zone", LabelOperator.In, ["b"])])] }, ("app", "db"))),
        ["affinity of other machines"] = Cases.Ask(Cases.Ruled(
            new() { HostAffinity = [new("b", Given.Labels(("app", "db")), [new("zone", LabelOperator.In, ["x"])])] }, ("app", "web"))),
        ["affinity that is only preferred"] = Cases.Ask(Cases.Ruled(
            new() { HostAffinity = [new("b", Given.Labels(), [new("zone", LabelOperator.In, ["x"])], Required: false)] })),
        ["a taint that it tolerates"] = Cases.Ask(Cases.Ruled(
            new() { Taints = [new("gpu", [new("zone", LabelOperator.In, ["b"])], Given.Labels(("gpu", "yes")))] }, ("gpu", "yes"))),
        ["a taint that is only soft"] = Cases.Ask(Cases.Ruled(new() { Taints = [new("gpu", [], Given.Labels(), Hard: false)] })),
        ["its own migration"] = Cases.Ask(Fleet with { Migrations = [Given.Migration("g1", null, MigrationPhase.Queued)] }) with { Except = new("m1") },
        ["a migration that has ended"] = Cases.Ask(Fleet with { Migrations = [Given.Migration("g1", null, MigrationPhase.Ended) with { Outcome = MigrationOutcome.Failed }] }),
        ["a cordoned source"] = Cases.Ask(Fleet.With(Given.HostA, host => host with { Cordon = new(Given.HostA, CordonState.Draining, "ann", Given.Now) })),
    };

    public static TheoryData<string> Names => [.. Allowed.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Should_not_refuse(string name) => Allowed[name].Ask().ShouldBeEmpty();
}
