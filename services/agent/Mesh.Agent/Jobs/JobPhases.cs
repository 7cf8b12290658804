using Mesh.Agent.Hypervisors;
using Mesh.Contracts.Telemetry;

namespace Mesh.Agent.Jobs;

/// <summary>What a job does now, from its numbers and the state of its machine.</summary>
internal static class JobPhases
{
    /// <summary>The phase of a job that is not over.</summary>
    /// <param name="copy">Its statistics; null before there are any.</param>
    /// <param name="state">The state of its machine on the source; null if unknown.</param>
    /// <param name="isStoppedOnPurpose">Whether the machine was suspended for the copy, so that being paused does not mean the switch-over.</param>
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

    /// <summary>Whether the machine runs on the destination, so that aborting would lose it.</summary>
    public static bool IsPastPointOfNoReturn(JobPhase phase) => phase is JobPhase.PostCopy or JobPhase.PostCopyFailed or JobPhase.Completed;

    /// <summary>Whether the end is so near that the job deserves a closer look.</summary>
    public static bool IsNearEnd(MigrationSample? sample, TimeSpan below) => sample switch
    {
        null => false,
        { Phase: JobPhase.SwitchOver or JobPhase.PostCopy } => true,
        { Phase: JobPhase.PreCopy, Copy: { Bandwidth.Count: > 0 } copy } => copy.Remaining.Count < copy.Bandwidth.Count * below.TotalSeconds,
        _ => false,
    };
}
