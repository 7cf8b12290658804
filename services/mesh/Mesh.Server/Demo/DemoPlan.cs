using Mesh.Agent.Simulated;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Server.Demo;

/// <summary>The hosts, VMs and migrations of the demonstration: one migration for each feature.</summary>
internal static class DemoPlan
{
    public static readonly IReadOnlyList<SimulatedHost> Hosts =
    [
        .. "abcd".Select(letter => new SimulatedHost { Name = new HostName($"host-{letter}"), Memory = Bytes.FromGibibytes(64), LogicalCpus = 16 }),
    ];

    public static readonly IReadOnlyList<(HostName Host, SimulatedVm Vm)> Vms =
    [
        (Host('a'), Vm(1, "web-1", 4, Writes(hotMebibytes: 40, rewriteSeconds: 2))),
        (Host('b'), Vm(2, "mail-1", 8, Writes(hotMebibytes: 200, rewriteSeconds: 3))),
        (Host('a'), Vm(3, "db-1", 6, Writes(hotMebibytes: 1600, rewriteSeconds: 0.8))),
        (Host('c'), Vm(4, "cache-1", 8, Writes(hotMebibytes: 5000, rewriteSeconds: 1.5))),
        (Host('d'), Vm(5, "files-1", 2, Writes(hotMebibytes: 30, rewriteSeconds: 2)) with { Disks = [Disk("files-1", 8)] }),
        (Host('b'), Vm(6, "batch-1", 6, Writes(hotMebibytes: 3000, rewriteSeconds: 1))),
        (Host('c'), Vm(8, "shop-1", 3, Writes(hotMebibytes: 1400, rewriteSeconds: 1.2))),
        (Host('a'), Vm(7, "gpu-1", 4, Writes(hotMebibytes: 100, rewriteSeconds: 2)) with { HostDevices = [new VmHostDevice("pci", "0000:3b:00.0")] }),
        (Host('a'), Vm(9, "api-1", 2, Writes(hotMebibytes: 30, rewriteSeconds: 2))),
        (Host('a'), Vm(10, "api-2", 2, Writes(hotMebibytes: 30, rewriteSeconds: 2))),
        (Host('a'), Vm(11, "api-3", 5, Writes(hotMebibytes: 80, rewriteSeconds: 2))),
    ];

    public static readonly IReadOnlyList<DemoMove> Moves =
    [
        new("web-1", Host('b'), new(), MigrationOutcome.Completed, "idle VM"),
        new("mail-1", Host('c'), new() { MaxDowntime = TimeSpan.FromMilliseconds(100) }, MigrationOutcome.Completed, "downtime limited to 100 ms"),
        new("files-1", Host('a'), new() { CopyStorage = CopyStorage.All }, MigrationOutcome.Completed, "with its disk"),
        new("db-1", Host('c'), new() { AutoConverge = true }, MigrationOutcome.Completed, "dirty rate too high: auto-converge"),
        new("shop-1", Host('b'), new(), MigrationOutcome.Completed, "dirty rate too high: only throttling allowed")
        {
            Policy = "adaptive",
            Allow = new PolicyPermissions { Throttle = true },
        },
        new("cache-1", Host('d'),
            new() { PostCopy = true, Timeout = TimeSpan.FromSeconds(11), TimeoutAction = TimeoutAction.PostCopy },
            MigrationOutcome.CompletedPostCopy, "dirty rate too high: post-copy after 11 s"),
        new("batch-1", Host('d'), new(), MigrationOutcome.AbortedByOperator, "dirty rate too high: aborted by the operator") { AbortAfter = TimeSpan.FromSeconds(14) },
        new("gpu-1", Host('b'), new(), MigrationOutcome.Refused, "has a host device"),
    ];

    /// <summary>The host to drain after the moves.</summary>
    public static readonly HostName Drained = Host('a');

    /// <summary>Its VMs at that time.</summary>
    public static readonly IReadOnlyList<string> VmsOnDrained = ["api-1", "api-2", "api-3", "files-1", "gpu-1"];

    /// <summary>Those of them that cannot migrate.</summary>
    public static readonly IReadOnlyList<string> BlockedVms = ["files-1", "gpu-1"];

    private static HostName Host(char letter) => new($"host-{letter}");

    private static SimulatedVm Vm(int number, string name, int gibibytes, DirtyCurve dirty) => new()
    {
        Id = VmId.Parse($"d3300000-0000-4000-8000-{number:x12}"),
        Name = name,
        Memory = Bytes.FromGibibytes(gibibytes),
        UsedMemory = Bytes.FromGibibytes(gibibytes * 0.8),
        VCpus = 4,
        Dirty = dirty,
    };

    private static DirtyCurve Writes(double hotMebibytes, double rewriteSeconds) =>
        new(Bytes.FromMebibytes(hotMebibytes), TimeSpan.FromSeconds(rewriteSeconds), BytesPerSecond.FromMebibytes(4));

    private static VmDisk Disk(string vm, int gibibytes) => new(
        "vda", DiskDevice.Disk, "virtio", "qcow2", DiskStorage.File, $"/var/lib/libvirt/images/{vm}.qcow2", ReadOnly: false, Shareable: false,
        Bytes.FromGibibytes(gibibytes), Bytes.FromGibibytes(gibibytes), IsLocal: true);
}

/// <summary>One migration of the demonstration and its expected outcome.</summary>
internal sealed record DemoMove(string Vm, HostName To, MigrationOptions Options, MigrationOutcome Expected, string Description)
{
    /// <summary>When the demonstration aborts it, as an operator would; null for never.</summary>
    public TimeSpan? AbortAfter { get; init; }

    /// <summary>The policy; null for the default.</summary>
    public string? Policy { get; init; }

    /// <summary>What the policy may do; null for all that it permits.</summary>
    public PolicyPermissions? Allow { get; init; }

    public MigrationId Id => new($"demo-{Vm}");
}
