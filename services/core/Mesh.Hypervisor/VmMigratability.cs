using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Hypervisor;

/// <summary>Why a VM cannot be migrated, to any host.</summary>
public static class VmMigratability
{
    /// <summary>Every reason that the VM itself and its state give.</summary>
    /// <param name="located">The VM.</param>
    /// <param name="options">How it would be migrated.</param>
    /// <param name="other">An unfinished migration of it other than the one that is checked; null for none.</param>
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

    /// <summary>Whether it runs and responds, and whether something else migrates it already.</summary>
    /// <param name="located">The VM.</param>
    /// <param name="other">An unfinished migration of it; null for none.</param>
    public static IEnumerable<Refusal> CheckState(LocatedVm located, MigrationId? other = null)
    {
        ArgumentNullException.ThrowIfNull(located);
        var vm = located.Vm;
        if (vm.Status == VmStatus.MigratingFrom || other is not null)
            yield return new(RefusalCode.AlreadyMigrating, other is not null
                ? $"{vm.Name} is already in migration {other}"
                : $"{vm.Name} is in a migration on {located.Host} that the mesh did not start");
        else if (vm.Status is not VmStatus.Up)
            yield return NotRunning(vm.Name, RefusalText.Describe(vm.Status), located.Host);
        if (vm.NotResponding)
            yield return NotResponding(vm.Name, located.Host);
    }

    /// <summary>A VM that does not run cannot be migrated live.</summary>
    /// <param name="vm">What it is called.</param>
    /// <param name="state">Its state, such as <c>paused</c>.</param>
    /// <param name="host">Where it is.</param>
    public static Refusal NotRunning(string vm, string state, HostName host) =>
        new(RefusalCode.VmNotRunning, $"{vm} is {state} on {host}; only a running VM can be migrated live");

    /// <summary>A VM whose QEMU does not respond cannot be migrated: libvirt would wait for it.</summary>
    /// <param name="vm">What it is called.</param>
    /// <param name="host">Where it is.</param>
    public static Refusal NotResponding(string vm, HostName host) =>
        new(RefusalCode.VmNotResponding, $"{vm} is not responding on {host}: its QEMU process does not answer libvirt; find out why on the host, or restart the VM");

    private static IEnumerable<Refusal> CheckLockAndPinning(LocatedVm located)
    {
        var vm = located.Vm;
        if (vm.Lock is { } held)
            yield return new(RefusalCode.VmLocked, $"{vm.Name} on {located.Host} is locked: {RefusalText.Describe(held)}; try again when that is done");
        if (vm.Placement is { PinnedToHost: true })
            yield return new(RefusalCode.VmPinned, $"{vm.Name} is pinned to {located.Host} by its own placement; remove the pin from its metadata to migrate it");
        else if (vm.Placement is { } placement && placement.HostSelector.TryGetValue(LabelLimits.HostKey, out var only) && only == located.Host.Value)
            yield return new(RefusalCode.VmPinned,
                $"{vm.Name} selects the host {located.Host} by name; remove the label '{LabelLimits.HostKey}' from its host selector to migrate it");
    }

    private static IEnumerable<Refusal> CheckDevices(VmDescription vm)
    {
        foreach (var device in vm.HostDevices)
            yield return new(RefusalCode.HostDeviceAttached, $"{vm.Name} has the {device.Kind} device {device.Address} of its host attached; detach it first");
        foreach (var disk in vm.Disks.Where(disk => disk is { Device: DiskDevice.CdRom, Source.Length: > 0 }))
            yield return new(RefusalCode.CdRomInserted, $"{vm.Name} has the CD-ROM {disk.Source} in {disk.Target}; eject it first");
    }

    private static IEnumerable<Refusal> CheckDisks(VmDescription vm, MigrationOptions options)
    {
        foreach (var refusal in CopiedDisks.ValidateNames(vm.Name, vm.Disks, options))
            yield return refusal;
        if (options.CopyStorage != CopyStorage.None && options.MigrateDisks.Count == 0 && CopiedDisks.Select(vm, options).Count == 0)
            yield return new(RefusalCode.DiskNotWritable, $"{vm.Name} has no writable disk to copy; it has {RefusalText.Describe(vm.Disks)}");
    }

    private static IEnumerable<Refusal> CheckImages(LocatedVm located, MigrationOptions options)
    {
        var vm = located.Vm;
        foreach (var disk in vm.Disks)
            if (IsContainerDisk(disk.Source) || IsContainerDisk(disk.BackingFile))
                yield return new(RefusalCode.ContainerDisk,
                    $"disk {disk.Target} of {vm.Name} is a container disk, which exists on {located.Host} only; move its data to a volume first");
            else if (disk.IsLocal is true && CopiedDisks.IsWritable(disk) && !options.Unsafe && !CopiedDisks.IsCopied(disk, options))
                yield return new(RefusalCode.LocalDisk,
                    $"disk {disk.Target} of {vm.Name} ({disk.Source}) is on storage that only {located.Host} reaches; copy it with --copy-storage-all");
    }

    // KubeVirt mounts the images of container disks there; the disk itself may be an overlay of one.
    private static bool IsContainerDisk(string? image) => image?.Contains("/container-disks/", StringComparison.Ordinal) is true;
}
