using Mesh.Contracts.Agents;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Scheduler.Host.Tests.Running;

/// <summary>Requests of operators, and reports of agents.</summary>
internal static class TestMessages
{
    private static readonly Bytes Memory = Bytes.FromGibibytes(64);

    /// <summary>A running VM that can be migrated.</summary>
    public static VmDescription Vm(string name, params (string Key, string Value)[] labels) => new(
        IdOf(name), name, VmStatus.Up, Bytes.FromGibibytes(1), 1, "pc", "qemu64", false, [], [], [],
        labels.ToDictionary(label => label.Key, label => label.Value, StringComparer.Ordinal));

    /// <summary>The ID of the VM with that name.</summary>
    public static VmId IdOf(string name) => new(new Guid(name.Aggregate(7, (hash, letter) => (hash * 31) + letter), 1, 2, [3, 4, 5, 6, 7, 8, 9, 10]));

    /// <summary>A host with 64 GiB and a link of unknown capacity.</summary>
    public static HostInventory Inventory(string host, IReadOnlyDictionary<string, string>? labels = null, params VmDescription[] vms) => new(
        new HostName(host), 1, 0, DateTimeOffset.UnixEpoch,
        new HostCapacity("x86_64", "qemu64", 32, Memory, Memory - Bytes.FromGibibytes(vms.Length)),
        new HypervisorInfo($"uuid-{host}", "QEMU", "10.0.2", "9.0.0"), $"qemu+tcp://{host}/system", vms, labels);

    /// <summary>A request to migrate a VM; the migration's ID is the VM's name by default.</summary>
    public static RequestMigration Request(string vm, string? to = null, string? id = null, MigrationPriority priority = MigrationPriority.Operator) =>
        new(new MigrationId(id ?? vm), vm, to is null ? null : new HostName(to), new MigrationOptions(), new MigrationLimits(), "tester") { Priority = priority };

    public static CommandAnswer Answer(AgentCommand command, MigrationView of, CommandResult result, string why) => new()
    {
        Host = (command is PrepareIncoming or CleanUpIncoming ? of.Destination : of.Source)!.Value,
        MigrationId = command.MigrationId,
        Epoch = command.Epoch,
        CommandId = command.CommandId,
        Result = result,
        Refusals = result == CommandResult.Succeeded ? [] : [new Refusal(RefusalCode.HypervisorError, why)],
        DestinationUri = command is PrepareIncoming ? $"qemu+tcp://{of.Destination}/system" : null,
    };
}
