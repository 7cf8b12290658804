using Mesh.Contracts.Agents;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Migrations.Host.Tests;

/// <summary>Messages of two hosts and their agents.</summary>
internal sealed class HostMessages(TimeProvider time)
{
    public static readonly HostName Source = new("hosta");
    public static readonly HostName Destination = new("hostb");

    private long _sequence;

    public static VmDescription CreateVm(string name = "g1") => new(
        new VmId(new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, (byte)name[^1])), name, VmStatus.Up, Bytes.FromGibibytes(1), 1, "pc", "qemu64", false, [], [], [],
        new Dictionary<string, string>());

    public HostInventory Inventory(HostName host, params VmDescription[] vms) => new(
        host, 1, ++_sequence, time.GetUtcNow(), new HostCapacity("x86_64", "qemu64", 4, Bytes.FromGibibytes(8), Bytes.FromGibibytes(4)),
        new HypervisorInfo($"uuid-{host}", "QEMU", "10.0.2", "9.0.0"), $"qemu+tcp://{host}/system", vms);

    public HostReport Report(HostName host, VmStatus? status, params MigrationSample[] samples) => new(
        host, 1, ++_sequence, time.GetUtcNow(), true,
        status is { } known ? [new VmStatusReport(CreateVm().Id, "g1", known, "")] : [], samples);

    public static RequestMigration Request(string id = "m1", string vm = "g1") =>
        new(new MigrationId(id), vm, Destination, new MigrationOptions(), new MigrationLimits(), "tester");

    public static AdmitMigration Admission(MigrationId id, long passEpoch, int attempt = 1, bool mayTransfer = true, HostName? to = null) =>
        new() { Id = id, Attempt = attempt, PassEpoch = passEpoch, Destination = to ?? Destination, MayTransfer = mayTransfer };

    public static CommandAnswer Done(AgentCommand command) => new()
    {
        Host = command is PrepareIncoming or CleanUpIncoming ? Destination : Source,
        MigrationId = command.MigrationId,
        Epoch = command.Epoch,
        CommandId = command.CommandId,
        Result = CommandResult.Succeeded,
        DestinationUri = command is PrepareIncoming ? "qemu+tcp://hostb/system" : null,
    };

    public JobEnded JobEnded(AgentCommand start, JobResult result) => new()
    {
        Host = Source,
        MigrationId = start.MigrationId,
        Epoch = start.Epoch,
        VmId = start.VmId,
        At = time.GetUtcNow(),
        Result = result,
        Error = "",
    };
}
