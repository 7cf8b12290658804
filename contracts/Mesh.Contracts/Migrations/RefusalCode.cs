namespace Mesh.Contracts.Migrations;

/// <summary>Why a migration may not start.</summary>
public enum RefusalCode
{
    /// <summary>No host has reported such a VM.</summary>
    UnknownVm,

    /// <summary>Several VMs have the name; use the UUID.</summary>
    AmbiguousVm,

    /// <summary>The VM is not running.</summary>
    VmNotRunning,

    /// <summary>The VM is already being migrated.</summary>
    AlreadyMigrating,

    /// <summary>No agent has reported such a host.</summary>
    UnknownHost,

    /// <summary>The destination has not reported recently, or its hypervisor does not respond.</summary>
    HostUnavailable,

    /// <summary>The destination is the source.</summary>
    SameHost,

    /// <summary>A VM of the same name or UUID runs on the destination.</summary>
    VmExistsOnDestination,

    /// <summary>A disk to be copied does not exist in the VM.</summary>
    UnknownDisk,

    /// <summary>A disk to be copied is a CD-ROM, a floppy, or read-only.</summary>
    DiskNotWritable,

    /// <summary>The VM has a CD-ROM with a medium on the host's own storage.</summary>
    CdRomInserted,

    /// <summary>A device of the host is passed through to the VM.</summary>
    HostDeviceAttached,

    /// <summary>The destination has too little free memory.</summary>
    NotEnoughMemory,

    /// <summary>The destination has no space or no permission to create an image.</summary>
    StorageError,

    /// <summary>An option has a value that is not accepted.</summary>
    InvalidOption,

    /// <summary>Options exclude each other, or QEMU refuses the combination.</summary>
    ConflictingOptions,

    /// <summary>No policy of that name is known.</summary>
    UnknownPolicy,

    /// <summary>The policy service is unavailable; the request was not saved and may be repeated.</summary>
    PolicyServiceUnavailable,

    /// <summary>A newer attempt for the VM is known.</summary>
    StaleEpoch,

    /// <summary>The attempt was aborted before it started.</summary>
    Aborted,

    /// <summary>The VM arrived here and has left since: the source's copy is stale.</summary>
    VmMovedAway,

    /// <summary>The hypervisor failed; the message quotes it.</summary>
    HypervisorError,

    /// <summary>A snapshot or a backup of the VM is running.</summary>
    VmLocked,

    /// <summary>The VM is on a management network of bridge type: its address does not move with it.</summary>
    ManagementBridge,

    /// <summary>The VM runs from a container disk.</summary>
    ContainerDisk,

    /// <summary>A disk is on storage that no other host reaches, and is not to be copied.</summary>
    LocalDisk,

    /// <summary>The VM is pinned to its host.</summary>
    VmPinned,

    /// <summary>The host's labels do not match the VM's selector or a rule for it.</summary>
    HostLabelMismatch,

    /// <summary>An affinity or anti-affinity rule excludes the host.</summary>
    VmAffinity,

    /// <summary>The host is tainted: reserved for other VMs.</summary>
    TaintNotTolerated,

    /// <summary>The host is cordoned, draining or in maintenance.</summary>
    Cordoned,

    /// <summary>The VM's CPU model is unavailable on the host, or the architecture differs.</summary>
    CpuModel,

    /// <summary>The host's CPU lacks a feature that the VM needs.</summary>
    CpuFeature,

    /// <summary>The host has too few CPUs for the VM.</summary>
    NotEnoughCpus,

    /// <summary>The host's NUMA nodes or huge pages cannot hold the VM's memory.</summary>
    NumaOrHugePages,

    /// <summary>The host does not reach storage that the VM uses.</summary>
    StorageNotReachable,

    /// <summary>The host does not have a network that the VM uses.</summary>
    NetworkNotReachable,

    /// <summary>Both hosts have the same UUID, so libvirt takes them for one.</summary>
    SameHostUuid,

    /// <summary>The destination's address leads back to the source.</summary>
    LoopbackAddress,

    /// <summary>The host's hypervisor is of another kind, or too old for the VM.</summary>
    HypervisorVersion,

    /// <summary>The host cannot run the VM's machine type.</summary>
    MachineType,

    /// <summary>The host has failed the same migration before.</summary>
    HostFailedBefore,

    /// <summary>The scheduler is unavailable; the request was not saved and may be repeated.</summary>
    SchedulerUnavailable,

    /// <summary>The migration does not copy yet, so that what was asked for would stop the VM before anything is copied.</summary>
    NotCopying,

    /// <summary>The migration has switched to post-copy and completes without further action.</summary>
    AlreadyInPostCopy,

    /// <summary>The VM would be suspended for longer than a limit allows, and the migration would then be aborted.</summary>
    CannotFinishInTime,

    /// <summary>The VM's hypervisor process does not respond on its host.</summary>
    VmNotResponding,

    /// <summary>A host sends invalid data about the VM, so that what it needs is not known.</summary>
    InvalidVmData,

    /// <summary>Two hosts report that they run the VM.</summary>
    RunsOnTwoHosts,

    /// <summary>Two agents report as the same host.</summary>
    HostConflict,
}
