using Mesh.Contracts.Migrations;
using Mesh.Contracts.Vms;

namespace Mesh.Scheduler.Draining;

/// <summary>What to do about a machine that a drain cannot move, in words.</summary>
public static class DrainAdvice
{
    /// <summary>One clause for each kind of reason, and what always helps.</summary>
    public static string Describe(LocatedVm vm, IReadOnlyList<Refusal> refusals)
    {
        ArgumentNullException.ThrowIfNull(vm);
        ArgumentNullException.ThrowIfNull(refusals);
        var clauses = refusals.Select(refusal => Describe(vm.Vm, refusal.Code)).Distinct(StringComparer.Ordinal).ToArray();
        return $"{string.Join("; ", clauses.Length > 0 ? clauses : [$"see why {vm.Vm.Name} cannot move"])}; or shut it down. The drain goes on by itself then.";
    }

    private static string Describe(VmDescription vm, RefusalCode code) => code switch
    {
        RefusalCode.CdRomInserted => $"eject the CD-ROM: virsh change-media {vm.Name} {CdRom(vm)} --eject",
        RefusalCode.HostDeviceAttached => "detach the device of the host: virsh detach-device",
        RefusalCode.LocalDisk or RefusalCode.StorageNotReachable =>
            $"put its disks on storage that the other hosts reach, or move it with them: mesh migrate {vm.Name} --copy-storage-all",
        RefusalCode.DiskNotWritable or RefusalCode.UnknownDisk => "detach the disks that cannot be copied",
        RefusalCode.ContainerDisk => "give it a disk that outlives its host in place of the container disk",
        RefusalCode.ManagementBridge => "connect it to a network that is not the hosts' management network",
        RefusalCode.NetworkNotReachable => "give the other hosts its networks, or connect it to one that they have",
        RefusalCode.VmPinned => "take the pinning out of its metadata, if it may run elsewhere",
        RefusalCode.HostLabelMismatch => "change its host selector or the rules, or label another host",
        RefusalCode.VmAffinity => "allow the drain to relax affinity (--relax-affinity), or change the rule",
        RefusalCode.TaintNotTolerated => "let it tolerate the taint, or free a host without one",
        RefusalCode.VmLocked => "wait until the snapshot, backup or block job is over",
        RefusalCode.VmNotRunning when vm.Status == VmStatus.Paused => $"resume it: virsh resume {vm.Name}",
        RefusalCode.VmNotRunning => "see to its broken migration first",
        RefusalCode.AlreadyMigrating => "wait until its migration is over",
        RefusalCode.NotEnoughMemory or RefusalCode.NotEnoughCpus or RefusalCode.NumaOrHugePages => "free room on another host, or open one",
        RefusalCode.CpuModel or RefusalCode.CpuFeature => "give it a processor model that the other hosts have, which takes a restart of the machine",
        RefusalCode.MachineType or RefusalCode.HypervisorVersion => "update the hypervisor of the other hosts",
        RefusalCode.Cordoned => "open a host for it: mesh uncordon",
        RefusalCode.HostUnavailable or RefusalCode.UnknownHost => "bring back the hosts that do not answer",
        RefusalCode.VmExistsOnDestination => "remove or rename the machine of the same name on the other host",
        RefusalCode.SameHostUuid or RefusalCode.LoopbackAddress => "give each host its own UUID and an address that others reach",
        _ => "remove the cause",
    };

    private static string CdRom(VmDescription vm) => vm.Disks.FirstOrDefault(disk => disk is { Device: DiskDevice.CdRom, Source.Length: > 0 })?.Target ?? "TARGET";
}
