using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Scheduler.Tests;

/// <summary>Fleets to start from: VM <c>g1</c> runs on <c>hosta</c>, and every other host can take it.</summary>
internal static class Given
{
    public static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    public static readonly HostName HostA = new("hosta");
    public static readonly HostName HostB = new("hostb");
    public static readonly HostName HostC = new("hostc");

    /// <summary>A running VM with 2 GiB and 2 vCPUs; its ID follows from its name.</summary>
    public static VmDescription Vm(string name, params (string Key, string Value)[] labels) => new(
        IdOf(name), name, VmStatus.Up, Bytes.FromGibibytes(2), 2, "pc-q35-10.0", "Skylake-Server", true,
        [new VmDisk("vda", DiskDevice.Disk, "virtio", "qcow2", DiskStorage.File, $"/shared/{name}.qcow2", false, false, Bytes.FromGibibytes(10), IsLocal: false)],
        [new VmNetwork("bridge", "br0", "virtio", "52:54:00:00:00:01")], [], Labels(labels), CpuFeatures: ["avx2", "aes"]);

    /// <summary>A host with 16 GiB free of 32 GiB, 8 CPUs and a link of 100 MiB/s.</summary>
    public static FleetHost Host(HostName name, params VmDescription[] vms) => new(
        new HostInventory(
            name, 1, 1, Now,
            new HostCapacity(
                "x86_64", "Skylake-Server", 8, Bytes.FromGibibytes(32), Bytes.FromGibibytes(16), BytesPerSecond.FromMebibytes(100),
                ["Skylake-Server", "Haswell"], ["aes", "avx2", "sse4.2"], [new(0, Bytes.FromGibibytes(32), Bytes.FromGibibytes(16), 8)],
                [new(Bytes.FromMebibytes(2), 2048, 2048)]),
            new HypervisorInfo($"uuid-{name}", "QEMU", "10.0.2", "11.3.0", ["pc-q35-10.0", "pc-q35-9.2"]), $"qemu+tcp://{name}/system", vms,
            Labels(("zone", $"{name}"[^1..])), ["br0", "default"], [new("nas:/vms", "/shared", true), new("pool", "", true)]),
        HostHealth.Healthy, true, Now);

    /// <summary>Hosts a, b and c; <c>g1</c> is on the first.</summary>
    public static Fleet Fleet(params VmDescription[] onA) => new()
    {
        TakenAt = Now,
        Hosts = [Host(HostA, onA.Length > 0 ? onA : [Vm("g1")]), Host(HostB), Host(HostC)],
    };

    /// <summary>An unfinished migration of the VM with that name.</summary>
    public static MigrationView Migration(string vm, HostName? destination, MigrationPhase phase = MigrationPhase.Preparing, string id = "m1") => new()
    {
        Id = new(id),
        VmId = IdOf(vm),
        VmName = vm,
        Source = HostA,
        Destination = destination,
        Epoch = new(1),
        Phase = phase,
        Reason = "",
        Options = new(),
        Limits = new(),
        RequestedBy = "tester",
        RequestedAt = Now,
        Progress = new(0),
    };

    /// <summary>A sample of a migration with that much memory left to copy.</summary>
    public static MigrationSample Sample(MigrationView migration, Bytes total, Bytes remaining, BytesPerSecond bandwidth = default) => new()
    {
        MigrationId = migration.Id,
        Epoch = migration.Epoch,
        VmId = migration.VmId!.Value,
        Phase = JobPhase.PreCopy,
        Copy = new() { Memory = new(total, remaining, total - remaining), Bandwidth = bandwidth },
    };

    public static IReadOnlyDictionary<string, string> Labels(params (string Key, string Value)[] labels) =>
        labels.ToDictionary(label => label.Key, label => label.Value, StringComparer.Ordinal);

    public static VmId IdOf(string name)
    {
        var bytes = new byte[16];
        for (var i = 0; i < name.Length; i++)
            bytes[i % 16] = (byte)((bytes[i % 16] * 31) + name[i]);
        return new(new Guid(bytes));
    }

    /// <summary>The fleet with one host changed.</summary>
    public static Fleet With(this Fleet fleet, HostName name, Func<FleetHost, FleetHost> change) =>
        fleet with { Hosts = [.. fleet.Hosts.Select(host => host.Inventory.Host == name ? change(host) : host)] };

    /// <summary>The fleet with one host's inventory changed.</summary>
    public static Fleet WithInventory(this Fleet fleet, HostName name, Func<HostInventory, HostInventory> change) =>
        fleet.With(name, host => host with { Inventory = change(host.Inventory) });

    /// <summary>The fleet with one host's CPUs and memory changed.</summary>
    public static Fleet WithCapacity(this Fleet fleet, HostName name, Func<HostCapacity, HostCapacity> change) =>
        fleet.WithInventory(name, inventory => inventory with { Capacity = change(inventory.Capacity) });

    /// <summary>The fleet with one host's hypervisor changed.</summary>
    public static Fleet WithHypervisor(this Fleet fleet, HostName name, Func<HypervisorInfo, HypervisorInfo> change) =>
        fleet.WithInventory(name, inventory => inventory with { Hypervisor = change(inventory.Hypervisor) });

    /// <summary>The fleet with more VMs on a host.</summary>
    public static Fleet WithVms(this Fleet fleet, HostName name, params VmDescription[] vms) =>
        fleet.WithInventory(name, inventory => inventory with { Vms = [.. inventory.Vms, .. vms] });

    /// <summary>The fleet with <c>g1</c> changed.</summary>
    public static Fleet WithVm(this Fleet fleet, Func<VmDescription, VmDescription> change) =>
        fleet.WithInventory(HostA, inventory => inventory with { Vms = [.. inventory.Vms.Select(vm => vm.Name == "g1" ? change(vm) : vm)] });
}
