using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Migrations.Tests;

/// <summary>VMs, hosts and requests to start from.</summary>
internal static class Given
{
    public static readonly DateTimeOffset Start = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    public static readonly HostName Source = new("hosta");
    public static readonly HostName Destination = new("hostb");
    public static readonly HostName Third = new("hostc");
    public static readonly HostName Fourth = new("hostd");
    public static readonly VmId Vm = VmId.Parse("00000000-0000-4000-8000-000000000001");
    public static readonly Epoch Epoch = new(7);

    public static VmDescription CreateVm(params VmDisk[] disks) => new(
        Vm, "g1", VmStatus.Up, Bytes.FromGibibytes(1), 2, "pc", "qemu64", false, disks, [], [], new Dictionary<string, string>());

    public static VmDisk Disk(string target, DiskDevice device = DiskDevice.Disk, bool readOnly = false, bool shareable = false, string? source = null) => new(
        target, device, "virtio", "qcow2", DiskStorage.File, source ?? $"/images/{target}.qcow2", readOnly, shareable, Bytes.FromGibibytes(2));

    public static HostInventory Inventory(HostName host, params VmDescription[] vms) => new(
        host, 1, 1, Start, new HostCapacity("x86_64", "qemu64", 4, Bytes.FromGibibytes(8), Bytes.FromGibibytes(4)),
        new HypervisorInfo($"uuid-{host}", "QEMU", "10.0.2", "9.0.0"), $"qemu+tcp://{host}/system", vms);

    public static MigrationFacts Facts(VmDescription? vm = null) =>
        new([new LocatedVm(Source, vm ?? CreateVm())]);

    /// <summary>A policy of the given steps; it permits everything and arms post-copy.</summary>
    public static EffectivePolicy Policy(params PolicyStep[] steps) => Policy(new MigrationPolicy { Name = "test", Description = "For tests.", Steps = steps });

    /// <summary>A policy that permits everything and arms post-copy.</summary>
    public static EffectivePolicy Policy(MigrationPolicy policy) =>
        new(policy with { Start = policy.Start with { PostCopy = true }, Permits = PolicyPermissions.All }, 1, "selected by the test");

    public static DestinationFacts Fit(HostName host) => new(host, HostHealth.Healthy, true, Inventory(host), Start);

    public static RequestMigration Request(MigrationOptions? options = null, MigrationLimits? limits = null, params HostName[] alternatives) => new(
        new MigrationId("m1"), "g1", Destination, options ?? new MigrationOptions(), limits ?? new MigrationLimits(), "tester", null, alternatives);

    /// <summary>The scheduler's admission of an attempt.</summary>
    public static AdmitMigration Admission(HostName destination, int attempt = 1, bool mayTransfer = true, BytesPerSecond? share = null) => new()
    {
        Id = new MigrationId("m1"),
        Attempt = attempt,
        PassEpoch = 1,
        Destination = destination,
        MayTransfer = mayTransfer,
        Bandwidth = share,
        Placement = new PlacementDecision(destination, Start, $"{destination} has the most memory free", []),
    };
}
