namespace Mesh.Contracts.Migrations;

/// <summary>Why a migration may not start.</summary>
public enum RefusalCode
{
    /// <summary>No host has reported such a machine.</summary>
    UnknownVm,

    /// <summary>Several machines bear the name; the UUID tells which is meant.</summary>
    AmbiguousVm,

    /// <summary>The machine is not running.</summary>
    VmNotRunning,

    /// <summary>The machine is in a migration already.</summary>
    AlreadyMigrating,

    /// <summary>No agent has reported such a host.</summary>
    UnknownHost,

    /// <summary>The destination has not been heard of lately, or its hypervisor does not answer.</summary>
    HostUnavailable,

    /// <summary>The destination is the source.</summary>
    SameHost,

    /// <summary>A machine of the same name or UUID runs on the destination.</summary>
    VmExistsOnDestination,

    /// <summary>A disk to be copied does not exist in the machine.</summary>
    UnknownDisk,

    /// <summary>A disk to be copied is a CD-ROM, a floppy, or read-only.</summary>
    DiskNotWritable,

    /// <summary>The machine has a CD-ROM with a medium on the host's own storage.</summary>
    CdRomInserted,

    /// <summary>A device of the host is passed through to the machine.</summary>
    HostDeviceAttached,

    /// <summary>The destination has too little free memory.</summary>
    NotEnoughMemory,

    /// <summary>The destination has no room or no right for an image to be created.</summary>
    StorageError,

    /// <summary>An option has a value that is not accepted.</summary>
    InvalidOption,

    /// <summary>Options that exclude each other, or that QEMU refuses together.</summary>
    ConflictingOptions,

    /// <summary>No policy of that name is known.</summary>
    UnknownPolicy,

    /// <summary>Nobody can say now which policy counts; nothing was kept of the request, which may be made again.</summary>
    PolicyServiceUnavailable,

    /// <summary>A newer attempt for the same machine has been seen.</summary>
    StaleEpoch,

    /// <summary>The attempt was aborted before it began.</summary>
    Aborted,

    /// <summary>The machine had arrived here and is not here any more: whatever the source has kept of it is stale.</summary>
    VmMovedAway,

    /// <summary>The hypervisor said no; its own words are in the message.</summary>
    HypervisorError,

    /// <summary>A snapshot or a backup of the machine runs.</summary>
    VmLocked,

    /// <summary>The machine is on a management network of bridge type: its address does not move with it.</summary>
    ManagementBridge,

    /// <summary>The machine runs from a container disk.</summary>
    ContainerDisk,

    /// <summary>A disk is on storage that no other host reaches, and is not to be copied.</summary>
    LocalDisk,

    /// <summary>The machine says that it belongs on its host.</summary>
    VmPinned,

    /// <summary>The host's labels are not what the machine, or a rule for it, asks for.</summary>
    HostLabelMismatch,

    /// <summary>A rule keeps the machine together with, or apart from, others.</summary>
    VmAffinity,

    /// <summary>The host is kept for other machines.</summary>
    TaintNotTolerated,

    /// <summary>The host takes no machines: it is cordoned, drained or in maintenance.</summary>
    Cordoned,

    /// <summary>The machine's processor model is not to be had on the host, or the host is of another architecture.</summary>
    CpuModel,

    /// <summary>The host's processors lack a feature that the machine needs.</summary>
    CpuFeature,

    /// <summary>The host has too few processors for the machine.</summary>
    NotEnoughCpus,

    /// <summary>The host's NUMA nodes or huge pages cannot hold the machine's memory.</summary>
    NumaOrHugePages,

    /// <summary>The host does not reach storage that the machine uses.</summary>
    StorageNotReachable,

    /// <summary>The host does not have a network that the machine uses.</summary>
    NetworkNotReachable,

    /// <summary>Both hosts have the same UUID, so libvirt takes them for one.</summary>
    SameHostUuid,

    /// <summary>The destination's address leads back to the source.</summary>
    LoopbackAddress,

    /// <summary>The host's hypervisor is of another kind, or too old for the machine.</summary>
    HypervisorVersion,

    /// <summary>The host cannot run the machine's machine type.</summary>
    MachineType,

    /// <summary>The host has failed the same migration before.</summary>
    HostFailedBefore,

    /// <summary>The scheduler cannot be asked now; nothing was kept of the request, which may be made again.</summary>
    SchedulerUnavailable,
}
