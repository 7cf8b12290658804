using Mesh.Contracts.Migrations;
using Mesh.Contracts.Vms;
using Mesh.Core;

namespace Mesh.Scheduler.Draining;

/// <summary>What an operator can do about a VM that a drain cannot move.</summary>
public static class DrainAdvice
{
    /// <summary>One clause for each kind of refusal, and the one that always works: shut the VM down.</summary>
    public static string Describe(LocatedVm vm, IReadOnlyList<Refusal> refusals)
    {
        ArgumentNullException.ThrowIfNull(vm);
        ArgumentNullException.ThrowIfNull(refusals);
        var clauses = refusals.Select(refusal => Describe(vm.Vm, refusal.Code)).Distinct(StringComparer.Ordinal).ToArray();
        return $"{string.Join("; ", clauses.Length > 0 ? clauses : [$"find out why {vm.Vm.Name} cannot move"])}; or shut it down. The drain then continues automatically.";
    }

    private static string Describe(VmDescription vm, RefusalCode code) => code switch
    {
        RefusalCode.CdRomInserted => $"eject the CD-ROM: virsh change-media {ShellText.Quote(vm.Name)} {ShellText.Quote(CdRom(vm))} --eject",
        RefusalCode.HostDeviceAttached => "detach the host device: virsh detach-device",
        RefusalCode.LocalDisk or RefusalCode.StorageNotReachable =>
            $"put its disks on shared storage, or migrate them with it: mesh migrate {ShellText.Quote(vm.Name)} --copy-storage-all",
        RefusalCode.DiskNotWritable or RefusalCode.UnknownDisk => "detach the disks that cannot be copied",
        RefusalCode.ContainerDisk => "replace the container disk by a volume",
        RefusalCode.ManagementBridge => "connect it to a network other than the hosts' management network",
        RefusalCode.NetworkNotReachable => "set up its networks on the other hosts, or connect it to a network that they have",
        RefusalCode.VmPinned => "remove the pinning from its metadata if it may run elsewhere",
        RefusalCode.HostLabelMismatch => "change its host selector or the rules, or label another host",
        RefusalCode.VmAffinity => "let the drain relax affinity (--relax-affinity), or change the rule",
        RefusalCode.TaintNotTolerated => "let it tolerate the taint, or free an untainted host",
        RefusalCode.VmLocked => "wait for its snapshot, backup or block job to finish",
        RefusalCode.VmNotRunning when vm.Status == VmStatus.Paused => $"resume it: virsh resume {ShellText.Quote(vm.Name)}",
        RefusalCode.VmNotRunning => "resolve its failed migration first",
        RefusalCode.VmNotResponding => "find out on its host why its QEMU process does not answer",
        RefusalCode.AlreadyMigrating => "wait for its migration to end",
        RefusalCode.NotEnoughMemory or RefusalCode.NotEnoughCpus or RefusalCode.NumaOrHugePages => "free resources on another host, or uncordon one",
        RefusalCode.CpuModel or RefusalCode.CpuFeature => "give it a CPU model that the other hosts support, and restart it",
        RefusalCode.MachineType or RefusalCode.HypervisorVersion => "update the hypervisor on the other hosts",
        RefusalCode.Cordoned => "uncordon a host for it: mesh uncordon",
        RefusalCode.HostUnavailable or RefusalCode.UnknownHost => "bring the unresponsive hosts back",
        RefusalCode.VmExistsOnDestination => "remove or rename the VM of the same name on the other host",
        RefusalCode.SameHostUuid or RefusalCode.LoopbackAddress => "give each host a unique UUID and an address that the others can reach",
        RefusalCode.InvalidVmData => "correct its definition, or upgrade the agent of its host",
        RefusalCode.RunsOnTwoHosts => $"find out which host runs {vm.Name} rightly, and destroy it on the other: virsh destroy",
        RefusalCode.HostConflict => "stop one of the two agents of one name, or give it another name",
        _ => "remove the cause",
    };

    private static string CdRom(VmDescription vm) => vm.Disks.FirstOrDefault(disk => disk is { Device: DiskDevice.CdRom, Source.Length: > 0 })?.Target ?? "TARGET";
}
