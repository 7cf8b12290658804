using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Migrations;

/// <summary>Which disks a migration copies (seed <c>virsh-live-migration</c>: only writable ones).</summary>
public static class Disks
{
    /// <summary>Memory plus the disks that are copied; what limits per GiB count.</summary>
    public static Bytes DataSize(this FlightState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return state.DisksToCopy.Aggregate(state.Vm!.Memory, (sum, disk) => sum + (disk.Capacity ?? Bytes.Zero));
    }

    /// <summary>Whether a disk may be copied: an ordinary or SCSI disk with an image that the machine may write to.</summary>
    public static bool IsWritable(VmDisk disk)
    {
        ArgumentNullException.ThrowIfNull(disk);
        return disk is { Device: DiskDevice.Disk or DiskDevice.Lun, ReadOnly: false, Source.Length: > 0 };
    }

    /// <summary>The disks that the options ask for; by default every writable one that is not shared. Names that do not exist are left out.</summary>
    public static IReadOnlyList<VmDisk> ToCopy(VmDescription vm, MigrationOptions options)
    {
        ArgumentNullException.ThrowIfNull(vm);
        ArgumentNullException.ThrowIfNull(options);
        if (options.CopyStorage == CopyStorage.None)
            return [];
        return options.MigrateDisks.Count > 0
            ? [.. vm.Disks.Where(disk => options.MigrateDisks.Contains(disk.Target, StringComparer.Ordinal))]
            : [.. vm.Disks.Where(disk => IsWritable(disk) && !disk.Shareable)];
    }
}
