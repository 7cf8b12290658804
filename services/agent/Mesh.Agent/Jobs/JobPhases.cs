using Mesh.Agent.Hypervisors;
using Mesh.Contracts.Telemetry;

namespace Mesh.Agent.Jobs;

/// <summary>Derives a job's phase from its statistics and its VM's state.</summary>
internal static class JobPhases
{
    /// <summary>The phase of a job that has not ended.</summary>
    /// <param name="copy">Its statistics; null before there are any.</param>
    /// <param name="state">Its VM's state on the source; null if unknown.</param>
    /// <param name="isStoppedOnPurpose">Whether the VM was suspended for the copy, so that it is not paused by the switchover.</param>
    public static JobPhase FromStats(CopyStatistics? copy, VmRunState? state, bool isStoppedOnPurpose) => (copy, state) switch
    {
        (_, VmRunState.PostCopyFailed) => JobPhase.PostCopyFailed,
        (_, VmRunState.PausedPostCopy) => JobPhase.PostCopy,
        (not null, VmRunState.PausedMigrating) when !isStoppedOnPurpose => JobPhase.SwitchOver,
        (null, _) => JobPhase.Setup,
        ({ Memory.Transferred.Count: > 0 }, _) => JobPhase.PreCopy,
        ({ Disk.Total.Count: > 0 }, _) => JobPhase.DiskCopy,
        _ => JobPhase.Setup,
    };

    /// <summary>Whether the VM runs on the destination, so that aborting would lose it.</summary>
    public static bool IsPastPointOfNoReturn(JobPhase phase) => phase is JobPhase.PostCopy or JobPhase.PostCopyFailed or JobPhase.Completed;

    /// <summary>Whether the job may end soon, and so is to be polled more often.</summary>
    public static bool IsNearEnd(MigrationSample? sample, TimeSpan below) => sample switch
    {
        null => false,
        { Phase: JobPhase.SwitchOver or JobPhase.PostCopy } => true,
        { Phase: JobPhase.PreCopy, Copy: { Bandwidth.Count: > 0 } copy } => copy.Remaining.Count < copy.Bandwidth.Count * below.TotalSeconds,
        _ => false,
    };
}
