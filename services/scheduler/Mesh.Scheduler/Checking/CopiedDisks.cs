using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Scheduler.Checking;

/// <summary>Which disks a migration copies (seed <c>virsh-live-migration</c>: only writable ones).</summary>
public static class CopiedDisks
{
    /// <summary>Whether a disk may be copied: an ordinary or SCSI disk with an image that the machine may write to.</summary>
    public static bool IsWritable(VmDisk disk)
    {
        ArgumentNullException.ThrowIfNull(disk);
        return disk is { Device: DiskDevice.Disk or DiskDevice.Lun, ReadOnly: false, Source.Length: > 0 };
    }

    /// <summary>Whether the options have a disk copied.</summary>
    public static bool IsCopied(VmDisk disk, MigrationOptions options)
    {
        ArgumentNullException.ThrowIfNull(disk);
        ArgumentNullException.ThrowIfNull(options);
        return options.CopyStorage != CopyStorage.None && (options.MigrateDisks.Count > 0
            ? options.MigrateDisks.Contains(disk.Target, StringComparer.Ordinal)
            : IsWritable(disk) && !disk.Shareable);
    }

    /// <summary>The disks that the options ask for; by default every writable one that is not shared. Names that do not exist are left out.</summary>
    public static IReadOnlyList<VmDisk> Select(VmDescription vm, MigrationOptions options)
    {
        ArgumentNullException.ThrowIfNull(vm);
        ArgumentNullException.ThrowIfNull(options);
        return [.. vm.Disks.Where(disk => IsCopied(disk, options))];
    }

    /// <summary>The machine's memory and the disks that the options have copied.</summary>
    public static Bytes DataSize(VmDescription vm, MigrationOptions options)
    {
        ArgumentNullException.ThrowIfNull(vm);
        return Select(vm, options).Aggregate(vm.Memory, (sum, disk) => sum + (disk.Capacity ?? Bytes.Zero));
    }
}
