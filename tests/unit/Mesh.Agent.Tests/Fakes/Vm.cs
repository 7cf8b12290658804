using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Agent.Tests.Fakes;

/// <summary>VMs and commands for tests.</summary>
public static class Vm
{
    private static int _commands;

    public static VmId Id(int number) => new(new Guid(number, 0, 0, new byte[8]));

    public static VmDescription Describe(VmId id, string name = "vm", double gibibytes = 1) => new(
        id, name, VmStatus.Up, Bytes.FromGibibytes(gibibytes), 1, "pc", "", true, [], [], [], new Dictionary<string, string>(StringComparer.Ordinal));

    public static VmDisk Disk(string target, string source = "", string format = "qcow2", bool readOnly = false, DiskDevice device = DiskDevice.Disk) => new(
        target, device, "virtio", format, DiskStorage.File, source.Length > 0 ? source : $"/images/{target}.{format}", readOnly, false,
        Bytes.FromMebibytes(128), Bytes.FromMebibytes(1));

    public static CommandId NewCommand() => new($"c{Interlocked.Increment(ref _commands)}");

    public static StartMigration Start(VmId vm, long epoch = 1, MigrationOptions? options = null, MigrationLimits? limits = null, string migration = "m") => new()
    {
        CommandId = NewCommand(),
        MigrationId = new MigrationId(migration),
        Epoch = new Epoch(epoch),
        VmId = vm,
        Destination = new HostName("hostb"),
        DestinationUri = "qemu+tcp://hostb/system",
        Options = options ?? new MigrationOptions(),
        Limits = limits ?? new MigrationLimits(),
        DataSize = Bytes.FromGibibytes(1),
    };

    public static AbortJob Abort(VmId vm, long epoch = 1, string migration = "m") =>
        new() { CommandId = NewCommand(), MigrationId = new MigrationId(migration), Epoch = new Epoch(epoch), VmId = vm };

    public static ChangeParameters Change(VmId vm, long epoch = 1, string migration = "m") =>
        new() { CommandId = NewCommand(), MigrationId = new MigrationId(migration), Epoch = new Epoch(epoch), VmId = vm, Parameters = new() };

    public static RecoverPostCopy Recover(VmId vm, long epoch = 1, string migration = "m") => new()
    {
        CommandId = NewCommand(),
        MigrationId = new MigrationId(migration),
        Epoch = new Epoch(epoch),
        VmId = vm,
        DestinationUri = "qemu+tcp://hostb/system",
        Options = new MigrationOptions { PostCopy = true },
    };

    public static CleanUpIncoming CleanUp(VmId vm, long epoch = 1, string migration = "m") =>
        new() { CommandId = NewCommand(), MigrationId = new MigrationId(migration), Epoch = new Epoch(epoch), VmId = vm };

    public static PrepareIncoming Prepare(VmId vm, long epoch = 1, string migration = "m", double gibibytes = 1, params VmDisk[] disks) => new()
    {
        CommandId = NewCommand(),
        MigrationId = new MigrationId(migration),
        Epoch = new Epoch(epoch),
        VmId = vm,
        Vm = Describe(vm, gibibytes: gibibytes),
        Source = new HostName("hosta"),
        DisksToCreate = disks,
        CopyStorage = disks.Length > 0 ? CopyStorage.All : CopyStorage.None,
    };
}
