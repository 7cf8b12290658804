namespace Mesh.Agent.Libvirt;

/// <summary>Why a domain is in its state: the state's number times 256 plus libvirt's reason for that state.</summary>
/// <remarks>libvirt's numbers start over for each state; this enumeration makes them unique.</remarks>
public enum DomainStateReason
{
    /// <summary>The reason is not known (<c>VIR_DOMAIN_NOSTATE_UNKNOWN</c>).</summary>
    NoStateUnknown = 0,

    /// <summary>The reason is not known (<c>VIR_DOMAIN_RUNNING_UNKNOWN</c>).</summary>
    RunningUnknown = 0x100,

    /// <summary>Started from a boot (<c>VIR_DOMAIN_RUNNING_BOOTED</c>).</summary>
    RunningBooted = 0x101,

    /// <summary>Arrived by migration (<c>VIR_DOMAIN_RUNNING_MIGRATED</c>).</summary>
    RunningMigrated = 0x102,

    /// <summary>Restored from a file (<c>VIR_DOMAIN_RUNNING_RESTORED</c>).</summary>
    RunningRestored = 0x103,

    /// <summary>Restored from a snapshot (<c>VIR_DOMAIN_RUNNING_FROM_SNAPSHOT</c>).</summary>
    RunningFromSnapshot = 0x104,

    /// <summary>Resumed after a pause (<c>VIR_DOMAIN_RUNNING_UNPAUSED</c>).</summary>
    RunningUnpaused = 0x105,

    /// <summary>Went on after a migration was cancelled or failed (<c>VIR_DOMAIN_RUNNING_MIGRATION_CANCELED</c>).</summary>
    RunningMigrationCanceled = 0x106,

    /// <summary>Went on after a save was cancelled (<c>VIR_DOMAIN_RUNNING_SAVE_CANCELED</c>).</summary>
    RunningSaveCanceled = 0x107,

    /// <summary>Woken up (<c>VIR_DOMAIN_RUNNING_WAKEUP</c>).</summary>
    RunningWakeup = 0x108,

    /// <summary>Resumed after a crash (<c>VIR_DOMAIN_RUNNING_CRASHED</c>).</summary>
    RunningCrashed = 0x109,

    /// <summary>On the destination: runs while its memory still arrives (<c>VIR_DOMAIN_RUNNING_POSTCOPY</c>).</summary>
    RunningPostCopy = 0x10a,

    /// <summary>
    /// On the destination: runs, but the post-copy transfer has failed (<c>VIR_DOMAIN_RUNNING_POSTCOPY_FAILED</c>).
    /// </summary>
    RunningPostCopyFailed = 0x10b,

    /// <summary>The reason is not known (<c>VIR_DOMAIN_BLOCKED_UNKNOWN</c>).</summary>
    BlockedUnknown = 0x200,

    /// <summary>The reason is not known (<c>VIR_DOMAIN_PAUSED_UNKNOWN</c>).</summary>
    PausedUnknown = 0x300,

    /// <summary>By a user (<c>VIR_DOMAIN_PAUSED_USER</c>).</summary>
    PausedUser = 0x301,

    /// <summary>For a migration that is not live, or for its last round (<c>VIR_DOMAIN_PAUSED_MIGRATION</c>).</summary>
    PausedMigration = 0x302,

    /// <summary>For a save (<c>VIR_DOMAIN_PAUSED_SAVE</c>).</summary>
    PausedSave = 0x303,

    /// <summary>For a memory dump (<c>VIR_DOMAIN_PAUSED_DUMP</c>).</summary>
    PausedDump = 0x304,

    /// <summary>A disk error (<c>VIR_DOMAIN_PAUSED_IOERROR</c>).</summary>
    PausedIoError = 0x305,

    /// <summary>The watchdog fired (<c>VIR_DOMAIN_PAUSED_WATCHDOG</c>).</summary>
    PausedWatchdog = 0x306,

    /// <summary>Restored from a paused snapshot (<c>VIR_DOMAIN_PAUSED_FROM_SNAPSHOT</c>).</summary>
    PausedFromSnapshot = 0x307,

    /// <summary>While shutting down (<c>VIR_DOMAIN_PAUSED_SHUTTING_DOWN</c>).</summary>
    PausedShuttingDown = 0x308,

    /// <summary>For a snapshot (<c>VIR_DOMAIN_PAUSED_SNAPSHOT</c>).</summary>
    PausedSnapshot = 0x309,

    /// <summary>The guest crashed (<c>VIR_DOMAIN_PAUSED_CRASHED</c>).</summary>
    PausedCrashed = 0x30a,

    /// <summary>Being started, or waiting for an incoming migration (<c>VIR_DOMAIN_PAUSED_STARTING_UP</c>).</summary>
    PausedStartingUp = 0x30b,

    /// <summary>
    /// On the source: the guest runs on the destination, memory is still being sent (<c>VIR_DOMAIN_PAUSED_POSTCOPY</c>).
    /// </summary>
    PausedPostCopy = 0x30c,

    /// <summary>The post-copy transfer has failed; it can be resumed (<c>VIR_DOMAIN_PAUSED_POSTCOPY_FAILED</c>).</summary>
    PausedPostCopyFailed = 0x30d,

    /// <summary>The reason is not known (<c>VIR_DOMAIN_SHUTDOWN_UNKNOWN</c>).</summary>
    ShuttingDownUnknown = 0x400,

    /// <summary>Requested by a user (<c>VIR_DOMAIN_SHUTDOWN_USER</c>).</summary>
    ShuttingDownUser = 0x401,

    /// <summary>The reason is not known (<c>VIR_DOMAIN_SHUTOFF_UNKNOWN</c>).</summary>
    ShutOffUnknown = 0x500,

    /// <summary>Shut down normally (<c>VIR_DOMAIN_SHUTOFF_SHUTDOWN</c>).</summary>
    ShutOffShutdown = 0x501,

    /// <summary>Destroyed by a user (<c>VIR_DOMAIN_SHUTOFF_DESTROYED</c>).</summary>
    ShutOffDestroyed = 0x502,

    /// <summary>Crashed (<c>VIR_DOMAIN_SHUTOFF_CRASHED</c>).</summary>
    ShutOffCrashed = 0x503,

    /// <summary>Left by migration (<c>VIR_DOMAIN_SHUTOFF_MIGRATED</c>).</summary>
    ShutOffMigrated = 0x504,

    /// <summary>Saved to a file (<c>VIR_DOMAIN_SHUTOFF_SAVED</c>).</summary>
    ShutOffSaved = 0x505,

    /// <summary>Failed to start (<c>VIR_DOMAIN_SHUTOFF_FAILED</c>).</summary>
    ShutOffFailed = 0x506,

    /// <summary>Restored from an offline snapshot (<c>VIR_DOMAIN_SHUTOFF_FROM_SNAPSHOT</c>).</summary>
    ShutOffFromSnapshot = 0x507,

    /// <summary>The daemon decided so while reconnecting (<c>VIR_DOMAIN_SHUTOFF_DAEMON</c>).</summary>
    ShutOffDaemon = 0x508,

    /// <summary>The reason is not known (<c>VIR_DOMAIN_CRASHED_UNKNOWN</c>).</summary>
    CrashedUnknown = 0x600,

    /// <summary>The guest's kernel panicked (<c>VIR_DOMAIN_CRASHED_PANICKED</c>).</summary>
    CrashedPanicked = 0x601,

    /// <summary>The reason is not known (<c>VIR_DOMAIN_PMSUSPENDED_UNKNOWN</c>).</summary>
    PowerManagementSuspendedUnknown = 0x700,
}
