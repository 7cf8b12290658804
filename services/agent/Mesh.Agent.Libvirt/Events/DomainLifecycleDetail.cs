namespace Mesh.Agent.Libvirt;

/// <summary>How it came about: the number of the <see cref="DomainLifecycle"/> times 256 plus libvirt's detail for it.</summary>
/// <remarks>libvirt's numbers start over for each event; this enumeration makes them unique.</remarks>
public enum DomainLifecycleDetail
{
    /// <summary>Newly defined (<c>VIR_DOMAIN_EVENT_DEFINED_ADDED</c>).</summary>
    DefinedAdded = 0,

    /// <summary>Its definition changed (<c>VIR_DOMAIN_EVENT_DEFINED_UPDATED</c>).</summary>
    DefinedUpdated = 0x001,

    /// <summary>Renamed; this is the new name (<c>VIR_DOMAIN_EVENT_DEFINED_RENAMED</c>).</summary>
    DefinedRenamed = 0x002,

    /// <summary>Defined from a snapshot (<c>VIR_DOMAIN_EVENT_DEFINED_FROM_SNAPSHOT</c>).</summary>
    DefinedFromSnapshot = 0x003,

    /// <summary>Its definition was removed (<c>VIR_DOMAIN_EVENT_UNDEFINED_REMOVED</c>).</summary>
    UndefinedRemoved = 0x100,

    /// <summary>Renamed; this was the old name (<c>VIR_DOMAIN_EVENT_UNDEFINED_RENAMED</c>).</summary>
    UndefinedRenamed = 0x101,

    /// <summary>Booted (<c>VIR_DOMAIN_EVENT_STARTED_BOOTED</c>).</summary>
    StartedBooted = 0x200,

    /// <summary>A migration arrives here (<c>VIR_DOMAIN_EVENT_STARTED_MIGRATED</c>).</summary>
    StartedMigrated = 0x201,

    /// <summary>Restored from a file (<c>VIR_DOMAIN_EVENT_STARTED_RESTORED</c>).</summary>
    StartedRestored = 0x202,

    /// <summary>Restored from a snapshot (<c>VIR_DOMAIN_EVENT_STARTED_FROM_SNAPSHOT</c>).</summary>
    StartedFromSnapshot = 0x203,

    /// <summary>Woken up (<c>VIR_DOMAIN_EVENT_STARTED_WAKEUP</c>).</summary>
    StartedWakeup = 0x204,

    /// <summary>Paused by a user (<c>VIR_DOMAIN_EVENT_SUSPENDED_PAUSED</c>).</summary>
    SuspendedPaused = 0x300,

    /// <summary>Paused on the source for the last round of a migration (<c>VIR_DOMAIN_EVENT_SUSPENDED_MIGRATED</c>).</summary>
    SuspendedMigrated = 0x301,

    /// <summary>Paused by a disk error (<c>VIR_DOMAIN_EVENT_SUSPENDED_IOERROR</c>).</summary>
    SuspendedIoError = 0x302,

    /// <summary>Paused by the watchdog (<c>VIR_DOMAIN_EVENT_SUSPENDED_WATCHDOG</c>).</summary>
    SuspendedWatchdog = 0x303,

    /// <summary>Restored as paused (<c>VIR_DOMAIN_EVENT_SUSPENDED_RESTORED</c>).</summary>
    SuspendedRestored = 0x304,

    /// <summary>Restored from a snapshot as paused (<c>VIR_DOMAIN_EVENT_SUSPENDED_FROM_SNAPSHOT</c>).</summary>
    SuspendedFromSnapshot = 0x305,

    /// <summary>Some operation failed and left it paused (<c>VIR_DOMAIN_EVENT_SUSPENDED_API_ERROR</c>).</summary>
    SuspendedApiError = 0x306,

    /// <summary>
    /// Paused on the source: the guest runs on the destination in post-copy (<c>VIR_DOMAIN_EVENT_SUSPENDED_POSTCOPY</c>).
    /// </summary>
    SuspendedPostCopy = 0x307,

    /// <summary>Paused: the post-copy transfer has failed (<c>VIR_DOMAIN_EVENT_SUSPENDED_POSTCOPY_FAILED</c>).</summary>
    SuspendedPostCopyFailed = 0x308,

    /// <summary>Resumed by a user (<c>VIR_DOMAIN_EVENT_RESUMED_UNPAUSED</c>).</summary>
    ResumedUnpaused = 0x400,

    /// <summary>Runs on the destination after a migration (<c>VIR_DOMAIN_EVENT_RESUMED_MIGRATED</c>).</summary>
    ResumedMigrated = 0x401,

    /// <summary>Resumed from a snapshot (<c>VIR_DOMAIN_EVENT_RESUMED_FROM_SNAPSHOT</c>).</summary>
    ResumedFromSnapshot = 0x402,

    /// <summary>Runs on the destination while its memory still arrives (<c>VIR_DOMAIN_EVENT_RESUMED_POSTCOPY</c>).</summary>
    ResumedPostCopy = 0x403,

    /// <summary>
    /// Runs on the destination although the post-copy transfer has failed (<c>VIR_DOMAIN_EVENT_RESUMED_POSTCOPY_FAILED</c>).
    /// </summary>
    ResumedPostCopyFailed = 0x404,

    /// <summary>Shut down normally (<c>VIR_DOMAIN_EVENT_STOPPED_SHUTDOWN</c>).</summary>
    StoppedShutdown = 0x500,

    /// <summary>Destroyed by a user (<c>VIR_DOMAIN_EVENT_STOPPED_DESTROYED</c>).</summary>
    StoppedDestroyed = 0x501,

    /// <summary>The guest crashed (<c>VIR_DOMAIN_EVENT_STOPPED_CRASHED</c>).</summary>
    StoppedCrashed = 0x502,

    /// <summary>Left by migration (<c>VIR_DOMAIN_EVENT_STOPPED_MIGRATED</c>).</summary>
    StoppedMigrated = 0x503,

    /// <summary>Saved to a file (<c>VIR_DOMAIN_EVENT_STOPPED_SAVED</c>).</summary>
    StoppedSaved = 0x504,

    /// <summary>The hypervisor failed (<c>VIR_DOMAIN_EVENT_STOPPED_FAILED</c>).</summary>
    StoppedFailed = 0x505,

    /// <summary>An offline snapshot was loaded (<c>VIR_DOMAIN_EVENT_STOPPED_FROM_SNAPSHOT</c>).</summary>
    StoppedFromSnapshot = 0x506,

    /// <summary>The guest has finished its shutdown (<c>VIR_DOMAIN_EVENT_SHUTDOWN_FINISHED</c>).</summary>
    ShutdownFinished = 0x600,

    /// <summary>Requested by the guest (<c>VIR_DOMAIN_EVENT_SHUTDOWN_GUEST</c>).</summary>
    ShutdownGuest = 0x601,

    /// <summary>Requested by the host (<c>VIR_DOMAIN_EVENT_SHUTDOWN_HOST</c>).</summary>
    ShutdownHost = 0x602,

    /// <summary>Suspended to memory (<c>VIR_DOMAIN_EVENT_PMSUSPENDED_MEMORY</c>).</summary>
    PowerManagementSuspendedMemory = 0x700,

    /// <summary>Suspended to disk (<c>VIR_DOMAIN_EVENT_PMSUSPENDED_DISK</c>).</summary>
    PowerManagementSuspendedDisk = 0x701,

    /// <summary>The guest's kernel panicked (<c>VIR_DOMAIN_EVENT_CRASHED_PANICKED</c>).</summary>
    CrashedPanicked = 0x800,

    /// <summary>The guest has crashed and loaded its crash kernel (<c>VIR_DOMAIN_EVENT_CRASHED_CRASHLOADED</c>).</summary>
    CrashedCrashLoaded = 0x801,
}
