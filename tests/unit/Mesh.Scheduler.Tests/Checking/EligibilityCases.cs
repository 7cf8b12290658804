using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Scheduler.Tests.Checking;

/// <summary>At least one cause for each refusal code. Without the cause the migration is allowed.</summary>
internal static class EligibilityCases
{
    private static readonly Fleet Fleet = Given.Fleet();
    private static readonly HostName A = Given.HostA;
    private static readonly HostName B = Given.HostB;

    /// <summary>Codes that only other services return.</summary>
    public static readonly IReadOnlyList<RefusalCode> OfOtherServices =
    [
        RefusalCode.StorageError, RefusalCode.UnknownPolicy, RefusalCode.PolicyServiceUnavailable, RefusalCode.StaleEpoch, RefusalCode.Aborted, RefusalCode.VmMovedAway,
        RefusalCode.HypervisorError, RefusalCode.SchedulerUnavailable, RefusalCode.NotCopying, RefusalCode.AlreadyInPostCopy, RefusalCode.CannotFinishInTime,
    ];

    public static readonly IReadOnlyList<(RefusalCode Code, string Cause, EligibilityQuery Query)> Refused =
    [
        .. OfTheVm().Select(one => (one.Code, one.Cause, Query(one.Fleet))), .. OfTheRequest(), .. OfTheDisks(),
        .. OfTheHost().Select(one => (one.Code, one.Cause, Query(one.Fleet))), .. OfHypervisors().Select(one => (one.Code, one.Cause, Query(one.Fleet))),
        .. OfCapacity().Select(one => (one.Code, one.Cause, Query(one.Fleet))), .. OfRules().Select(one => (one.Code, one.Cause, Query(one.Fleet))),
    ];

    public static EligibilityQuery Query(Fleet fleet, MigrationOptions? options = null) => new(fleet) { Options = options ?? new() };

    public static Fleet Ruled(PlacementRules rules, params (string Key, string Value)[] labels) =>
        Fleet.WithVm(vm => vm with { Labels = Given.Labels(labels) }) with { Rules = rules };

    public static Fleet Disk(Func<VmDisk, VmDisk> change) => Fleet.WithVm(vm => vm with { Disks = [change(vm.Disks[0])] });

    private static IEnumerable<(RefusalCode Code, string Cause, Fleet Fleet)> OfTheVm()
    {
        yield return (RefusalCode.VmNotRunning, "shut off", Fleet.WithVm(vm => vm with { Status = VmStatus.Down }));
        yield return (RefusalCode.VmNotRunning, "paused", Fleet.WithVm(vm => vm with { Status = VmStatus.Paused }));
        yield return (RefusalCode.InvalidVmData, "invalid data",
            Fleet.With(A, host => host with { InvalidVms = [new(Given.IdOf("g1"), "g1", VmStatus.Up, "vms[0].memory is -1")] }));
        yield return (RefusalCode.RunsOnTwoHosts, "running on two hosts", Fleet.With(A, host => host with { DuplicateVms = [new(Given.IdOf("g1"), "g1", [B])] }));
        yield return (RefusalCode.VmNotResponding, "not responding", Fleet.WithVm(vm => vm with { NotResponding = true }));
        yield return (RefusalCode.AlreadyMigrating, "in another migration", Fleet with { Migrations = [Given.Migration("g1", null, MigrationPhase.Queued)] });
        yield return (RefusalCode.AlreadyMigrating, "migrating outside the mesh", Fleet.WithVm(vm => vm with { Status = VmStatus.MigratingFrom }));
        foreach (var vmLock in Enum.GetValues<VmLock>())
            yield return (RefusalCode.VmLocked, $"locked by {vmLock}", Fleet.WithVm(vm => vm with { Lock = vmLock }));
        yield return (RefusalCode.ManagementBridge, "on a management bridge", Fleet.WithVm(vm => vm with { Networks = [new("bridge", "br0", "", "")] })
            with
        { Limits = new() { ManagementBridges = ["br0"] } });
        yield return (RefusalCode.ManagementBridge, "on a network that does not move", Fleet with { Rules = new() { Networks = [new("br0", [], Moves: false)] } });
        foreach (var kind in new[] { "pci", "mdev", "usb" })
            yield return (RefusalCode.HostDeviceAttached, $"with a {kind} device", Fleet.WithVm(vm => vm with { HostDevices = [new(kind, "0000:3b:00.0")] }));
        yield return (RefusalCode.VmPinned, "pinned", Fleet.WithVm(vm => vm with { Placement = new(true, Given.Labels()) }));
        yield return (RefusalCode.HostUnavailable, "source unresponsive", Fleet.With(A, host => host with { Health = HostHealth.Unresponsive }));
        yield return (RefusalCode.HostUnavailable, "source without hypervisor", Fleet.With(A, host => host with { HypervisorReachable = false }));
    }

    private static IEnumerable<(RefusalCode Code, string Cause, EligibilityQuery Query)> OfTheRequest()
    {
        yield return (RefusalCode.UnknownVm, "no such VM", Query(Fleet) with { Vm = "g7" });
        yield return (RefusalCode.AmbiguousVm, "two of that name", Query(Fleet.WithVms(B, Given.Vm("g1") with { Id = Given.IdOf("other") })));
        yield return (RefusalCode.UnknownHost, "no such host", Query(Fleet) with { To = new("hostx") });
        yield return (RefusalCode.SameHost, "there already", Query(Fleet) with { To = A });
        yield return (RefusalCode.HostFailedBefore, "failed before", Query(Fleet) with { Excluded = [B] });
        yield return (RefusalCode.InvalidOption, "no downtime", Query(Fleet, new() { MaxDowntime = TimeSpan.Zero }));
        yield return (RefusalCode.ConflictingOptions, "parallel and post-copy", Query(Fleet, new() { ParallelConnections = 2, PostCopy = true }));
    }

    private static IEnumerable<(RefusalCode Code, string Cause, EligibilityQuery Query)> OfTheDisks()
    {
        var copyVdz = new MigrationOptions { CopyStorage = CopyStorage.All, MigrateDisks = ["vdz"] };
        var copyVda = copyVdz with { MigrateDisks = ["vda"] };
        yield return (RefusalCode.UnknownDisk, "no such disk", Query(Fleet, copyVdz));
        yield return (RefusalCode.DiskNotWritable, "read-only", Query(Disk(disk => disk with { ReadOnly = true }), copyVda));
        yield return (RefusalCode.DiskNotWritable, "without an image", Query(Disk(disk => disk with { Source = "" }), copyVda));
        yield return (RefusalCode.DiskNotWritable, "an empty CD-ROM drive", Query(Disk(disk => disk with { Device = DiskDevice.CdRom, Source = "" }), copyVda));
        yield return (RefusalCode.CdRomInserted, "CD-ROM", Query(Disk(disk => disk with { Device = DiskDevice.CdRom })));
        yield return (RefusalCode.ContainerDisk, "container disk", Query(Disk(disk => disk with { Source = "/var/run/kubevirt/container-disks/disk_0.img" })));
        yield return (RefusalCode.ContainerDisk, "overlay of a container disk",
            Query(Disk(disk => disk with { IsLocal = true, BackingFile = "/var/run/kubevirt/container-disks/disk_0.img" })));
        yield return (RefusalCode.LocalDisk, "local disk", Query(Disk(disk => disk with { Source = "/images/g1.qcow2", IsLocal = true })));
        yield return (RefusalCode.LocalDisk, "another disk is copied", Query(
            Fleet.WithVm(vm => vm with { Disks = [vm.Disks[0], vm.Disks[0] with { Target = "vdb", Source = "/images/b.qcow2", IsLocal = true }] }), copyVda));
        yield return (RefusalCode.StorageNotReachable, "no such pool", Query(Disk(disk => disk with { Storage = DiskStorage.Volume, Source = "ssd/g1" })));
        yield return (RefusalCode.StorageNotReachable, "not mounted",
            Query(Fleet.WithInventory(B, inventory => inventory with { Storage = [new("nas:/other", "/shared", true)] })));
        yield return (RefusalCode.StorageNotReachable, "on an inner mount", Query(Disk(disk => disk with { Source = "/shared/gold/g1.qcow2" })
            .WithInventory(A, inventory => inventory with { Storage = [new("nas:/gold", "/shared/gold", true), new("nas:/vms", "/shared", true)] })));
        yield return (RefusalCode.StorageNotReachable, "mounted elsewhere",
            Query(Fleet.WithInventory(B, inventory => inventory with { Storage = [new("nas:/vms", "/mnt", true)] })));
    }

    private static IEnumerable<(RefusalCode Code, string Cause, Fleet Fleet)> OfTheHost()
    {
        foreach (var health in Enum.GetValues<HostHealth>().Except([HostHealth.Healthy]))
            yield return (RefusalCode.HostUnavailable, $"{health}", Fleet.With(B, host => host with { Health = health }));
        yield return (RefusalCode.HostUnavailable, "no report", Fleet.With(B, host => host with { Health = HostHealth.Suspect, LastReportAt = null }));
        yield return (RefusalCode.HostUnavailable, "hypervisor not responding", Fleet.With(B, host => host with { HypervisorReachable = false }));
        yield return (RefusalCode.HostConflict, "two agents of one name",
            Fleet.With(B, host => host with { Problems = [new(HostProblemKind.IdentityConflict, "two agents report as hostb", "stop one of them", Given.Now, Given.Now)] }));
        foreach (var state in Enum.GetValues<CordonState>())
            yield return (RefusalCode.Cordoned, $"{state}", Fleet.With(B, host => host with { Cordon = new(B, state, "ann", Given.Now, "new disks") }));
        yield return (RefusalCode.VmExistsOnDestination, "running there", Fleet.WithVms(B, Given.Vm("g1") with { Status = VmStatus.Paused }));
        yield return (RefusalCode.NetworkNotReachable, "no such bridge", Fleet.WithInventory(B, inventory => inventory with { Networks = ["default"] }));
        yield return (RefusalCode.NetworkNotReachable, "elsewhere by rule",
            Fleet with { Rules = new() { Networks = [new("br0", [new("zone", LabelOperator.In, ["a", "c"])])] } });
    }

    private static IEnumerable<(RefusalCode Code, string Cause, Fleet Fleet)> OfHypervisors()
    {
        yield return (RefusalCode.SameHostUuid, "same UUID", Fleet.WithHypervisor(B, hypervisor => hypervisor with { HostUuid = "UUID-HOSTA" }));
        foreach (var target in new[] { "qemu+tcp://localhost/system", "qemu+tcp://127.0.1.1/system", "qemu+tcp://[::1]/system", "qemu+tcp://hosta/system" })
            yield return (RefusalCode.LoopbackAddress, target, Fleet.WithInventory(B, inventory => inventory with { MigrationTarget = target }));
        yield return (RefusalCode.HypervisorVersion, "another kind", Fleet.WithHypervisor(B, hypervisor => hypervisor with { Kind = "Xen" }));
        yield return (RefusalCode.HypervisorVersion, "older QEMU", Fleet.WithHypervisor(B, hypervisor => hypervisor with { Version = "9.2.4" }));
        yield return (RefusalCode.HypervisorVersion, "older minor version", Fleet.WithHypervisor(A, hypervisor => hypervisor with { Version = "v10.1 (Debian)" }));
        yield return (RefusalCode.HypervisorVersion, "older libvirt", Fleet.WithHypervisor(B, hypervisor => hypervisor with { LibvirtVersion = "9.0.0" }));
        yield return (RefusalCode.MachineType, "newer machine type", Fleet.WithVm(vm => vm with { MachineType = "pc-q35-10.1" }));
        yield return (RefusalCode.CpuModel, "another architecture", Fleet.WithCapacity(B, capacity => capacity with { Architecture = "aarch64" }));
        yield return (RefusalCode.CpuModel, "model not offered", Fleet.WithVm(vm => vm with { CpuModel = "EPYC" }));
        yield return (RefusalCode.CpuModel, "passed through",
            Fleet.WithVm(vm => vm with { CpuModel = "host-passthrough" }).WithCapacity(B, capacity => capacity with { CpuModel = "Haswell" }));
        yield return (RefusalCode.CpuFeature, "feature missing", Fleet.WithVm(vm => vm with { CpuFeatures = ["aes", "avx512f", "amx-tile"] }));
    }

    private static IEnumerable<(RefusalCode Code, string Cause, Fleet Fleet)> OfCapacity()
    {
        yield return (RefusalCode.NotEnoughMemory, "too little free", Fleet.WithCapacity(B, capacity => capacity with { FreeMemory = Bytes.FromGibibytes(1.9) }));
        yield return (RefusalCode.NotEnoughMemory, "reserved for the host", Fleet with { Limits = new() { MemoryReserve = Bytes.FromGibibytes(14.5) } });
        yield return (RefusalCode.NotEnoughMemory, "reserved for another VM",
            Fleet.WithVms(A, Given.Vm("g2") with { Memory = Bytes.FromGibibytes(15) }) with { Migrations = [Given.Migration("g2", B)] });
        yield return (RefusalCode.NotEnoughCpus, "more than the host has", Fleet.WithVm(vm => vm with { VCpus = 9 }));
        yield return (RefusalCode.NotEnoughCpus, "overcommitted", Fleet.WithVms(B, Given.Vm("g2") with { VCpus = 7 }) with { Limits = new() { CpuOvercommit = 1 } });
        yield return (RefusalCode.NotEnoughCpus, "reserved for another VM",
            Fleet.WithVms(A, Given.Vm("g2") with { VCpus = 7 }) with { Limits = new() { CpuOvercommit = 1 }, Migrations = [Given.Migration("g2", B)] });
        yield return (RefusalCode.NumaOrHugePages, "no pages of that size", Fleet.WithVm(vm => vm with { HugePageSize = Bytes.FromGibibytes(1) }));
        yield return (RefusalCode.NumaOrHugePages, "too few huge pages", Fleet.WithVm(vm => vm with { HugePageSize = Bytes.FromMebibytes(2) })
            .WithCapacity(B, capacity => capacity with { HugePages = [new(Bytes.FromMebibytes(2), 2048, 1023)] }));
        yield return (RefusalCode.NumaOrHugePages, "no such node", Fleet.WithVm(vm => vm with { NumaNodes = [1] }));
        yield return (RefusalCode.NumaOrHugePages, "node too full", Fleet.WithVm(vm => vm with { NumaNodes = [0] })
            .WithCapacity(B, capacity => capacity with { NumaCells = [new(0, Bytes.FromGibibytes(16), Bytes.FromGibibytes(1), 4)] }));
    }

    private static IEnumerable<(RefusalCode Code, string Cause, Fleet Fleet)> OfRules()
    {
        var app = Given.Labels(("app", "db"));
        yield return (RefusalCode.HostLabelMismatch, "host selector", Fleet.WithVm(vm => vm with { Placement = new(false, Given.Labels(("zone", "c"))) }));
        yield return (RefusalCode.HostLabelMismatch, "another host by name", Fleet.WithVm(vm => vm with { Placement = new(false, Given.Labels(("host", "hostc"))) }));
        yield return (RefusalCode.HostLabelMismatch, "required affinity",
            Ruled(new() { HostAffinity = [new("gold", app, [new("tier", LabelOperator.Exists, [])])] }, ("app", "db")));
        yield return (RefusalCode.TaintNotTolerated, "for others", Ruled(new() { Taints = [new("gpu", [new("zone", LabelOperator.In, ["b"])], Given.Labels(("gpu", "yes")))] }));
        yield return (RefusalCode.TaintNotTolerated, "for nobody", Ruled(new() { Taints = [new("off", [new("host", LabelOperator.In, ["hostb"])], Given.Labels())] }));
        yield return (RefusalCode.VmAffinity, "apart", Ruled(new() { VmAffinity = [new("replicas", app, Apart: true)] }, ("app", "db"))
            .WithVms(B, Given.Vm("g2", ("app", "db"))));
        yield return (RefusalCode.VmAffinity, "together", Ruled(new() { VmAffinity = [new("pair", app, Apart: false)] }, ("app", "db"))
            .WithVms(Given.HostC, Given.Vm("g2", ("app", "db"))));
    }
}
