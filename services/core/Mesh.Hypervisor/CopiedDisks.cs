using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Hypervisor;

/// <summary>Which disks a migration copies (seed <c>virsh-live-migration</c>: writable ones only).</summary>
public static class CopiedDisks
{
    /// <summary>Whether a disk can be copied: an ordinary or SCSI disk with an image that the VM may write to.</summary>
    public static bool IsWritable(VmDisk disk)
    {
        ArgumentNullException.ThrowIfNull(disk);
        return disk is { Device: DiskDevice.Disk or DiskDevice.Lun, ReadOnly: false, Source.Length: > 0 };
    }

    /// <summary>Whether the options copy a disk.</summary>
    public static bool IsCopied(VmDisk disk, MigrationOptions options)
    {
        ArgumentNullException.ThrowIfNull(disk);
        ArgumentNullException.ThrowIfNull(options);
        return options.CopyStorage != CopyStorage.None && (options.MigrateDisks.Count > 0
            ? options.MigrateDisks.Contains(disk.Target, StringComparer.Ordinal)
            : IsWritable(disk) && !disk.Shareable);
    }

    /// <summary>The disks that the options name; by default every writable one that is not shared. Names of disks that do not exist are ignored.</summary>
    public static IReadOnlyList<VmDisk> Select(VmDescription vm, MigrationOptions options)
    {
        ArgumentNullException.ThrowIfNull(vm);
        ArgumentNullException.ThrowIfNull(options);
        return [.. vm.Disks.Where(disk => IsCopied(disk, options))];
    }

    /// <summary>The VM's memory and the disks that the options copy.</summary>
    public static Bytes DataSize(VmDescription vm, MigrationOptions options)
    {
        ArgumentNullException.ThrowIfNull(vm);
        return DataSize(vm.Memory, Select(vm, options));
    }

    /// <summary>Memory and copied disks together; a disk of unknown capacity counts as empty.</summary>
    public static Bytes DataSize(Bytes memory, IEnumerable<VmDisk> copied) => copied.Aggregate(memory, (sum, disk) => sum + (disk.Capacity ?? Bytes.Zero));

    /// <summary>Why named disks cannot be copied.</summary>
    /// <param name="vm">What the VM is called.</param>
    /// <param name="disks">Its disks.</param>
    /// <param name="options">The options, with the disks to copy.</param>
    public static IEnumerable<Refusal> ValidateNames(string vm, IReadOnlyList<VmDisk> disks, MigrationOptions options)
    {
        ArgumentNullException.ThrowIfNull(disks);
        ArgumentNullException.ThrowIfNull(options);
        foreach (var target in options.MigrateDisks)
        {
            var disk = disks.FirstOrDefault(disk => string.Equals(disk.Target, target, StringComparison.Ordinal));
            if (disk is null)
                yield return new(RefusalCode.UnknownDisk, $"{vm} has no disk '{target}'; it has {RefusalText.Describe(disks)}");
            else if (!IsWritable(disk))
                yield return new(RefusalCode.DiskNotWritable, $"disk {target} of {vm} is {DescribeNotWritable(disk)}; only writable disks can be copied");
        }
    }

    private static string DescribeNotWritable(VmDisk disk) => disk switch
    {
        { Device: DiskDevice.CdRom } => "a CD-ROM",
        { Device: DiskDevice.Floppy } => "a floppy",
        { ReadOnly: true } => "read-only",
        _ => "without an image",
    };
}
