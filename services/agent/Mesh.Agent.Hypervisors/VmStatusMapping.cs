using Mesh.Contracts.Vms;

namespace Mesh.Agent.Hypervisors;

/// <summary>A machine's status in the mesh's words, from what the hypervisor says and what is known of its migrations.</summary>
public static class VmStatusMapping
{
    /// <summary>The status of one machine on one host.</summary>
    /// <param name="state">What the hypervisor says.</param>
    /// <param name="hasOutgoingJob">Whether a migration away from this host is running.</param>
    /// <param name="expectsIncoming">Whether this host was prepared for the machine to come.</param>
    /// <param name="hasLeft">Whether a migration away from here is over, after which it can only be here as what that left behind.</param>
    public static VmStatus FromRunState(VmRunState state, bool hasOutgoingJob, bool expectsIncoming, bool hasLeft = false) => state switch
    {
        VmRunState.Down or VmRunState.DownMigrated => VmStatus.Down,
        VmRunState.PostCopyFailed => VmStatus.PostCopyFailed,

        // It runs here already, but not without the source: nobody may count on it before the last page has come.
        VmRunState.RunningPostCopy => VmStatus.MigratingTo,
        VmRunState.PausedPostCopy => VmStatus.MigratingFrom,
        _ when hasOutgoingJob => VmStatus.MigratingFrom,
        VmRunState.PausedMigrating when hasLeft && !expectsIncoming => VmStatus.Paused,
        VmRunState.PausedMigrating => VmStatus.MigratingTo,
        VmRunState.PausedStarting when expectsIncoming => VmStatus.MigratingTo,
        VmRunState.PausedStarting or VmRunState.Paused => VmStatus.Paused,
        _ => VmStatus.Up,
    };
}
