using Mesh.Contracts.Events;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Queries;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Gateway.Tests;

internal static class TestData
{
    public static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly VmId Vm = VmId.Parse("11111111-1111-4111-8111-111111111111");

    public static MigrationView View(string id, MigrationOutcome? outcome = null) => new()
    {
        Id = new MigrationId(id),
        VmId = Vm,
        VmName = "web-1",
        Source = new HostName("host-a"),
        Destination = new HostName("host-b"),
        Epoch = new Epoch(1),
        Phase = outcome is null ? MigrationPhase.PreCopy : MigrationPhase.Ended,
        Outcome = outcome,
        Reason = "",
        Options = new MigrationOptions(),
        Limits = new MigrationLimits(),
        RequestedBy = "test",
        RequestedAt = Noon,
        Progress = new Percent(40),
    };

    public static MigrationProgressed Progressed(string id, int percent) => new()
    {
        MigrationId = new MigrationId(id),
        VmName = "web-1",
        Destination = new HostName("host-b"),
        At = Noon,
        Progress = new Percent(percent),
        Sample = new MigrationSample { MigrationId = new MigrationId(id), Epoch = new Epoch(1), VmId = Vm, Phase = JobPhase.PreCopy, Copy = new() },
    };

    public static MigrationStalled Stalled(string id) => new()
    {
        MigrationId = new MigrationId(id),
        VmName = "web-1",
        Destination = new HostName("host-b"),
        At = Noon,
        StalledFor = TimeSpan.FromSeconds(5),
    };

    public static MigrationEnded Ended(string id) => new()
    {
        MigrationId = new MigrationId(id),
        VmName = "web-1",
        Destination = new HostName("host-b"),
        At = Noon,
        Outcome = MigrationOutcome.Completed,
        Reason = "",
        TotalTime = TimeSpan.FromSeconds(12),
    };

    public static HostView Host(string name, params string[] vms) => new(
        new HostInventory(
            new HostName(name), 1, 1, Noon,
            new HostCapacity("x86_64", "", 8, Bytes.FromGibibytes(64), Bytes.FromGibibytes(32)),
            new HypervisorInfo($"uuid-{name}", "simulated", "1", ""),
            $"qemu+tcp://{name}/system",
            [.. vms.Select(vm => new VmDescription(
                IdOf(vm), vm, VmStatus.Up, Bytes.FromGibibytes(4), 2, "", "", true, [], [], [], new Dictionary<string, string>(StringComparer.Ordinal)))]),
        HypervisorReachable: true,
        HostHealth.Healthy,
        LastReportAt: Noon);

    /// <summary>A VM's UUID, derived from its name.</summary>
    public static VmId IdOf(string name) => new(new Guid(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(name)).AsSpan(0, 16)));
}
