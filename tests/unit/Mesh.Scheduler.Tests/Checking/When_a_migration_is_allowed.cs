using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Scheduler.Tests.Checking;

public sealed class When_a_migration_is_allowed
{
    private static readonly Fleet Fleet = Given.Fleet();
    private static readonly MigrationOptions Copy = new() { CopyStorage = CopyStorage.All };

    private static readonly Dictionary<string, EligibilityQuery> Allowed = new(StringComparer.Ordinal)
    {
        ["just enough memory"] = EligibilityCases.Query(Fleet.WithCapacity(Given.HostB, capacity => capacity with { FreeMemory = Bytes.FromGibibytes(2) })),
        ["just enough CPUs"] = EligibilityCases.Query(Fleet.WithVms(Given.HostB, Given.Vm("g2") with { VCpus = 6 }) with { Limits = new() { CpuOvercommit = 1 } }),
        ["VMs that are down take no CPUs"] = EligibilityCases.Query(
            Fleet.WithVms(Given.HostB, Given.Vm("g2") with { VCpus = 8, Status = VmStatus.Down }) with { Limits = new() { CpuOvercommit = 1 } }),
        ["huge pages need no normal memory"] = EligibilityCases.Query(Fleet.WithVm(vm => vm with { HugePageSize = Bytes.FromMebibytes(2) })
            .WithCapacity(Given.HostB, capacity => capacity with { FreeMemory = Bytes.Zero })),
        ["huge pages in a strict NUMA node"] = EligibilityCases.Query(Fleet.WithVm(vm => vm with { HugePageSize = Bytes.FromMebibytes(2), NumaNodes = [0] })
            .WithCapacity(Given.HostB, capacity => capacity with { NumaCells = [new(0, Bytes.FromGibibytes(16), Bytes.Zero, 8)] })),
        ["its own definition, shut off"] = EligibilityCases.Query(Fleet.WithVms(Given.HostB, Given.Vm("g1") with { Status = VmStatus.Down })),
        ["an empty CD-ROM drive"] = EligibilityCases.Query(EligibilityCases.Disk(disk => disk with { Device = DiskDevice.CdRom, Source = "" })),
        ["a local disk that is copied"] = EligibilityCases.Query(EligibilityCases.Disk(disk => disk with { IsLocal = true, Source = "/images/a.qcow2" }), Copy),
        ["a local disk with the unsafe option"] = EligibilityCases.Query(EligibilityCases.Disk(disk => disk with { IsLocal = true, Source = "/images/a.qcow2" }), new() { Unsafe = true }),
        ["a volume of a pool that both reach"] = EligibilityCases.Query(EligibilityCases.Disk(disk => disk with { Storage = DiskStorage.Volume, Source = "pool/g1" })),
        ["a volume that is copied"] = EligibilityCases.Query(EligibilityCases.Disk(disk => disk with { Storage = DiskStorage.Volume, Source = "ssd/g1" }), Copy),
        ["a path that only starts like a mount point"] = EligibilityCases.Query(EligibilityCases.Disk(disk => disk with { Source = "/shared2/g1.qcow2" })
            .WithInventory(Given.HostB, inventory => inventory with { Storage = [] })),
        ["a directory that is not known to be shared"] = EligibilityCases.Query(EligibilityCases.Disk(disk => disk with { Source = "/images/g1.qcow2", IsLocal = null })
            .WithInventory(Given.HostA, inventory => inventory with { Storage = [new("images", "/images", false)] })),
        ["mounted with a trailing slash"] = EligibilityCases.Query(
            Fleet.WithInventory(Given.HostB, inventory => inventory with { Storage = [new("nas:/vms", "/shared/", true)] })),
        ["storage unknown"] = EligibilityCases.Query(Fleet.WithInventory(Given.HostB, inventory => inventory with { Storage = null })),
        ["networks unknown"] = EligibilityCases.Query(Fleet.WithInventory(Given.HostB, inventory => inventory with { Networks = null })),
        ["a network by rule"] = EligibilityCases.Query(Fleet.WithInventory(Given.HostB, inventory => inventory with { Networks = [] })
            with
        { Rules = new() { Networks = [new("br0", [new("zone", LabelOperator.NotIn, ["a"])])] } }),
        ["user-mode and direct networks"] = EligibilityCases.Query(Fleet.WithVm(vm => vm with { Networks = [new("user", "", "virtio", ""), new("direct", "eth9", "virtio", "")] })),
        ["a libvirt network with the name of a management bridge"] = EligibilityCases.Query(
            Fleet.WithVm(vm => vm with { Networks = [new("network", "mgmt-br", "", "")] })
            .WithInventory(Given.HostB, inventory => inventory with { Networks = ["mgmt-br"] })),
        ["newer QEMU"] = EligibilityCases.Query(Fleet.WithHypervisor(Given.HostB, hypervisor => hypervisor with { Version = "11.0", LibvirtVersion = "12" })),
        ["older patch of QEMU"] = EligibilityCases.Query(Fleet.WithHypervisor(Given.HostB, hypervisor => hypervisor with { Version = "10.0.0", LibvirtVersion = "11.0.0" })),
        ["versions unknown"] = EligibilityCases.Query(Fleet.WithHypervisor(Given.HostB, hypervisor => hypervisor with { Version = "unknown", LibvirtVersion = "" })),
        ["host UUIDs unknown"] = EligibilityCases.Query(Fleet.WithHypervisor(Given.HostA, hypervisor => hypervisor with { HostUuid = "" })
            .WithHypervisor(Given.HostB, hypervisor => hypervisor with { HostUuid = "" })),
        ["an address without a host"] = EligibilityCases.Query(Fleet.WithInventory(Given.HostB, inventory => inventory with { MigrationTarget = "qemu+unix:///system?socket=/b" })),
        ["machine types unknown"] = EligibilityCases.Query(Fleet.WithHypervisor(Given.HostB, hypervisor => hypervisor with { MachineTypes = null })),
        ["models, features, cells and pages unknown"] = EligibilityCases.Query(
            Fleet.WithVm(vm => vm with { CpuModel = "EPYC", CpuFeatures = ["sev"], HugePageSize = Bytes.FromGibibytes(1), NumaNodes = [3] })
            .WithCapacity(Given.HostB, capacity => new("x86_64", "", 8, capacity.Memory, capacity.FreeMemory))),
        ["host-passthrough to the same CPUs"] = EligibilityCases.Query(Fleet.WithVm(vm => vm with { CpuModel = "host-passthrough" })),
        ["the host's model"] = EligibilityCases.Query(Fleet.WithVm(vm => vm with { CpuModel = "host-model" })
            .WithCapacity(Given.HostB, capacity => capacity with { CpuModel = "Haswell" })),
        ["a matching selector"] = EligibilityCases.Query(Fleet.WithVm(vm => vm with { Placement = new(false, Given.Labels(("zone", "b"), ("host", "hostb"))) })),
        ["affinity to a matching host"] = EligibilityCases.Query(EligibilityCases.Ruled(
            new() { HostAffinity = [new("b", Given.Labels(("app", "db")), [new("zone", LabelOperator.In, ["b"])])] }, ("app", "db"))),
        ["affinity of other VMs"] = EligibilityCases.Query(EligibilityCases.Ruled(
            new() { HostAffinity = [new("b", Given.Labels(("app", "db")), [new("zone", LabelOperator.In, ["x"])])] }, ("app", "web"))),
        ["affinity that is only preferred"] = EligibilityCases.Query(EligibilityCases.Ruled(
            new() { HostAffinity = [new("b", Given.Labels(), [new("zone", LabelOperator.In, ["x"])], Required: false)] })),
        ["a taint that it tolerates"] = EligibilityCases.Query(EligibilityCases.Ruled(
            new() { Taints = [new("gpu", [new("zone", LabelOperator.In, ["b"])], Given.Labels(("gpu", "yes")))] }, ("gpu", "yes"))),
        ["a soft taint"] = EligibilityCases.Query(EligibilityCases.Ruled(new() { Taints = [new("gpu", [], Given.Labels(), Hard: false)] })),
        ["its own migration"] = EligibilityCases.Query(Fleet with { Migrations = [Given.Migration("g1", null, MigrationPhase.Queued)] }) with { Except = new("m1") },
        ["a migration that has ended"] = EligibilityCases.Query(Fleet with { Migrations = [Given.Migration("g1", null, MigrationPhase.Ended) with { Outcome = MigrationOutcome.Failed }] }),
        ["a cordoned source"] = EligibilityCases.Query(Fleet.With(Given.HostA, host => host with { Cordon = new(Given.HostA, CordonState.Draining, "ann", Given.Now) })),
    };

    public static TheoryData<string> Names => [.. Allowed.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Should_not_refuse(string name) => Allowed[name].Check().ShouldBeEmpty();
}
