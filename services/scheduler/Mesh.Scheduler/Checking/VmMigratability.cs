using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Scheduler.Checking;

/// <summary>What speaks against moving a machine at all, wherever it goes.</summary>
public static class VmMigratability
{
    /// <summary>The least rank of a machine that takes its share of a host.</summary>
    internal const int PausedRank = 2;

    /// <summary>The machine that is meant: where it runs, else any host that knows it; null if there is none or it is ambiguous.</summary>
    /// <param name="candidates">Every host's description of machines that the name or UUID may mean.</param>
    public static LocatedVm? Locate(IReadOnlyList<LocatedVm> candidates)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        return candidates.Select(located => located.Vm.Id).Distinct().Count() == 1
            ? candidates.OrderByDescending(located => StatusRank(located.Vm.Status)).First()
            : null;
    }

    /// <summary>Why no machine, or no single one, is meant.</summary>
    public static Refusal NotFound(string vm, IReadOnlyList<LocatedVm> candidates)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        return candidates.Count == 0
            ? new(RefusalCode.UnknownVm, $"no host has reported a machine '{vm}' (`mesh vms` lists them)")
            : new(RefusalCode.AmbiguousVm, $"several machines are called '{vm}': "
                + string.Join(", ", candidates.Select(located => $"{located.Vm.Id} on {located.Host}")) + "; give the UUID");
    }

    /// <summary>What the machine itself, and what it is doing, has against it.</summary>
    /// <param name="located">The machine.</param>
    /// <param name="options">How it would be moved.</param>
    /// <param name="other">An unfinished migration of it other than the one that is judged; null for none.</param>
    public static IEnumerable<Refusal> Check(LocatedVm located, MigrationOptions options, MigrationId? other = null)
    {
        ArgumentNullException.ThrowIfNull(located);
        ArgumentNullException.ThrowIfNull(options);
        return
        [
            .. CheckState(located, other), .. CheckLockAndPinning(located), .. CheckDevices(located.Vm), .. CheckDisks(located.Vm, options),
            .. CheckImages(located, options),
        ];
    }

    /// <summary>Whether it runs, and whether something else moves it already.</summary>
    /// <param name="located">The machine.</param>
    /// <param name="other">An unfinished migration of it; null for none.</param>
    public static IEnumerable<Refusal> CheckState(LocatedVm located, MigrationId? other = null)
    {
        ArgumentNullException.ThrowIfNull(located);
        var vm = located.Vm;
        if (vm.Status == VmStatus.MigratingFrom || other is not null)
            yield return new(RefusalCode.AlreadyMigrating, other is not null
                ? $"{vm.Name} is in migration {other} already"
                : $"{vm.Name} is in a migration on {located.Host} that the mesh did not start");
        else if (vm.Status is not VmStatus.Up)
            yield return new(RefusalCode.VmNotRunning, $"{vm.Name} is {RefusalText.Describe(vm.Status)} on {located.Host}; only a running machine can be moved live");
    }

    private static IEnumerable<Refusal> CheckLockAndPinning(LocatedVm located)
    {
        var vm = located.Vm;
        if (vm.Lock is { } held)
            yield return new(RefusalCode.VmLocked, $"{vm.Name} on {located.Host} is locked, because {RefusalText.Describe(held)}; it may move when that is over");
        if (vm.Placement is { PinnedToHost: true })
            yield return new(RefusalCode.VmPinned, $"{vm.Name} is pinned to {located.Host} by its own placement; take that out of its metadata to move it");
        else if (vm.Placement is { } placement && placement.HostSelector.TryGetValue("host", out var only) && only == located.Host.Value)
            yield return new(RefusalCode.VmPinned,
                $"{vm.Name} asks for the host {located.Host} by name; take the label 'host' out of its host selector to move it");
    }

    private static IEnumerable<Refusal> CheckDevices(VmDescription vm)
    {
        foreach (var device in vm.HostDevices)
            yield return new(RefusalCode.HostDeviceAttached, $"{vm.Name} has the {device.Kind} device {device.Address} of its host; detach it first");
        foreach (var disk in vm.Disks.Where(disk => disk is { Device: DiskDevice.CdRom, Source.Length: > 0 }))
            yield return new(RefusalCode.CdRomInserted, $"{vm.Name} has the CD-ROM {disk.Source} in {disk.Target}; eject it first");
    }

    private static IEnumerable<Refusal> CheckDisks(VmDescription vm, MigrationOptions options)
    {
        foreach (var target in options.MigrateDisks)
        {
            var disk = vm.Disks.FirstOrDefault(disk => string.Equals(disk.Target, target, StringComparison.Ordinal));
            if (disk is null)
                yield return new(RefusalCode.UnknownDisk, $"{vm.Name} has no disk '{target}'; it has {RefusalText.Describe(vm.Disks)}");
            else if (!CopiedDisks.IsWritable(disk))
                yield return new(RefusalCode.DiskNotWritable, $"disk {target} of {vm.Name} is {DescribeNotWritable(disk)}; only writable disks can be copied");
        }

        if (options.CopyStorage != CopyStorage.None && options.MigrateDisks.Count == 0 && CopiedDisks.Select(vm, options).Count == 0)
            yield return new(RefusalCode.DiskNotWritable, $"{vm.Name} has no writable disk to copy; it has {RefusalText.Describe(vm.Disks)}");
    }

    private static IEnumerable<Refusal> CheckImages(LocatedVm located, MigrationOptions options)
    {
        var vm = located.Vm;
        foreach (var disk in vm.Disks)
            if (IsContainerDisk(disk.Source) || IsContainerDisk(disk.BackingFile))
                yield return new(RefusalCode.ContainerDisk,
                    $"disk {disk.Target} of {vm.Name} is a container disk, which only {located.Host} has; move the data to a volume first");
            else if (disk.IsLocal is true && CopiedDisks.IsWritable(disk) && !options.Unsafe && !CopiedDisks.IsCopied(disk, options))
                yield return new(RefusalCode.LocalDisk,
                    $"disk {disk.Target} of {vm.Name} ({disk.Source}) is on storage that only {located.Host} reaches; copy it with --copy-storage-all");
    }

    // KubeVirt mounts the images of container disks there; the disk itself may be a layer above one.
    private static bool IsContainerDisk(string? image) => image?.Contains("/container-disks/", StringComparison.Ordinal) is true;

    /// <summary>How much a host's word counts for where a machine is: that of the host where it runs most.</summary>
    internal static int StatusRank(VmStatus status) => status switch
    {
        VmStatus.Up or VmStatus.MigratingFrom => 3,
        VmStatus.Paused or VmStatus.PostCopyFailed => PausedRank,
        VmStatus.MigratingTo => 1,
        _ => 0,
    };

    private static string DescribeNotWritable(VmDisk disk) => disk switch
    {
        { Device: DiskDevice.CdRom } => "a CD-ROM",
        { Device: DiskDevice.Floppy } => "a floppy",
        { ReadOnly: true } => "read-only",
        _ => "without an image",
    };
}
