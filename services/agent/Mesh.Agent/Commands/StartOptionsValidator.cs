using Mesh.Contracts.Migrations;
using Mesh.Contracts.Vms;

namespace Mesh.Agent.Commands;

/// <summary>Options that cannot be carried out, known before libvirt is asked.</summary>
internal static class StartOptionsValidator
{
    /// <summary>Every objection at once.</summary>
    /// <param name="options">The options.</param>
    /// <param name="disks">The machine's disks.</param>
    public static IReadOnlyList<Refusal> Validate(MigrationOptions options, IReadOnlyList<VmDisk> disks) =>
        [.. FindConflicts(options).Select(text => new Refusal(RefusalCode.ConflictingOptions, text)), .. ValidateDisks(options, disks)];

    private static IEnumerable<string> FindConflicts(MigrationOptions options)
    {
        if (!options.AutoConverge && (options.AutoConvergeInitial ?? options.AutoConvergeIncrement) is not null)
            yield return "autoConvergeInitial and autoConvergeIncrement need autoConverge";
        if (!options.PostCopy && options.PostCopyBandwidth is not null)
            yield return "postCopyBandwidth needs postCopy";
        if (options.ParallelConnections is not null && options.Compression.Contains("xbzrle"))
            yield return "QEMU does not compress with xbzrle over parallel connections";
        if (options.MigrateDisks.Count > 0 && options.CopyStorage is CopyStorage.None)
            yield return "migrateDisks needs copyStorage";
    }

    private static IEnumerable<Refusal> ValidateDisks(MigrationOptions options, IReadOnlyList<VmDisk> disks)
    {
        foreach (var target in options.MigrateDisks)
        {
            var disk = disks.FirstOrDefault(disk => disk.Target == target);
            if (disk is null)
                yield return new Refusal(RefusalCode.UnknownDisk, $"the machine has no disk {target}; it has {string.Join(", ", disks.Select(known => known.Target))}");
            else if (disk.ReadOnly || disk.Device is DiskDevice.CdRom or DiskDevice.Floppy)
                yield return new Refusal(RefusalCode.DiskNotWritable, $"disk {target} is a read-only disk, a CD-ROM or a floppy, which no migration copies");
        }
    }
}
