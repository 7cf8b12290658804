using Mesh.Agent.Hypervisors;

namespace Mesh.Agent.Libvirt.Adapter;

/// <summary>Maps libvirt's states and reasons to an agent's, and to virsh's texts.</summary>
internal static class DomainStateMapping
{
    public static VmRunState ToRunState(DomainStatus status) => status.Reason switch
    {
        DomainStateReason.RunningPostCopy => VmRunState.RunningPostCopy,
        DomainStateReason.RunningPostCopyFailed or DomainStateReason.PausedPostCopyFailed => VmRunState.PostCopyFailed,
        DomainStateReason.PausedPostCopy => VmRunState.PausedPostCopy,
        DomainStateReason.PausedMigration => VmRunState.PausedMigrating,
        DomainStateReason.PausedStartingUp => VmRunState.PausedStarting,
        DomainStateReason.ShutOffMigrated => VmRunState.DownMigrated,
        _ => FromState(status.State),
    };

    /// <summary>The text of <c>virsh domstate --reason</c>.</summary>
    public static string Describe(DomainStatus status) => $"{DescribeState(status.State)} ({DescribeReason(status.Reason)})";

    private static VmRunState FromState(DomainState state) => state switch
    {
        DomainState.Running or DomainState.Blocked or DomainState.ShuttingDown => VmRunState.Running,
        DomainState.Paused or DomainState.PowerManagementSuspended => VmRunState.Paused,
        _ => VmRunState.Down,
    };

    private static string DescribeState(DomainState state) => state switch
    {
        DomainState.NoState => "no state",
        DomainState.Running => "running",
        DomainState.Blocked => "idle",
        DomainState.Paused => "paused",
        DomainState.ShuttingDown => "in shutdown",
        DomainState.ShutOff => "shut off",
        DomainState.Crashed => "crashed",
        DomainState.PowerManagementSuspended => "pmsuspended",
        _ => "unknown",
    };

    private static string DescribeReason(DomainStateReason reason) => reason switch
    {
        DomainStateReason.RunningBooted => "booted",
        DomainStateReason.RunningMigrated or DomainStateReason.ShutOffMigrated => "migrated",
        DomainStateReason.RunningRestored => "restored",
        DomainStateReason.RunningFromSnapshot or DomainStateReason.PausedFromSnapshot or DomainStateReason.ShutOffFromSnapshot => "from snapshot",
        DomainStateReason.RunningUnpaused => "unpaused",
        DomainStateReason.RunningMigrationCanceled => "migration canceled",
        DomainStateReason.RunningSaveCanceled => "save canceled",
        DomainStateReason.RunningWakeup => "event wakeup",
        DomainStateReason.RunningCrashed or DomainStateReason.PausedCrashed or DomainStateReason.ShutOffCrashed => "crashed",
        DomainStateReason.RunningPostCopy or DomainStateReason.PausedPostCopy => "post-copy",
        DomainStateReason.RunningPostCopyFailed or DomainStateReason.PausedPostCopyFailed => "post-copy failed",
        DomainStateReason.PausedUser or DomainStateReason.ShuttingDownUser => "user",
        DomainStateReason.PausedMigration => "migrating",
        DomainStateReason.PausedSave => "saving",
        DomainStateReason.PausedDump => "dumping",
        DomainStateReason.PausedIoError => "I/O error",
        DomainStateReason.PausedWatchdog => "watchdog",
        DomainStateReason.PausedShuttingDown => "shutting down",
        DomainStateReason.PausedSnapshot => "creating snapshot",
        DomainStateReason.PausedStartingUp => "starting up",
        DomainStateReason.ShutOffShutdown => "shutdown",
        DomainStateReason.ShutOffDestroyed => "destroyed",
        DomainStateReason.ShutOffSaved => "saved",
        DomainStateReason.ShutOffFailed => "failed",
        DomainStateReason.ShutOffDaemon => "daemon",
        DomainStateReason.CrashedPanicked => "panicked",
        _ => "unknown",
    };
}
