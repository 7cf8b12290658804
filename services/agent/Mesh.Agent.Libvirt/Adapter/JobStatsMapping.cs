using Mesh.Agent.Hypervisors;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Agent.Libvirt.Adapter;

/// <summary>Maps libvirt's job statistics to those that agent, mesh and policies use.</summary>
internal static class JobStatsMapping
{
    private const long DefaultPageBytes = 4096;

    /// <summary>The job; null if there is none. One that has ended and is not cleaned up yet still counts.</summary>
    public static HypervisorJob? FromLibvirt(DomainJobStats stats, bool isEnded = false) => stats.Type is DomainJobType.None ? null : new(
        stats.Operation switch
        {
            DomainJobOperation.MigrationOut => JobOperation.MigrationOut,
            DomainJobOperation.MigrationIn => JobOperation.MigrationIn,
            _ => JobOperation.Other,
        },
        ToCopyStatistics(stats, isEnded));

    private static CopyStatistics ToCopyStatistics(DomainJobStats stats, bool isEnded)
    {
        var pageBytes = stats.MemoryPageSizeBytes is > 0 and var size ? size : DefaultPageBytes;
        return new CopyStatistics
        {
            Elapsed = stats.TimeElapsed ?? TimeSpan.Zero,
            SetupTime = stats.SetupTime,
            Iteration = stats.MemoryIteration ?? 0,
            Memory = Progress(stats.MemoryTotalBytes, stats.MemoryRemainingBytes, stats.MemoryProcessedBytes),
            Disk = Progress(stats.DiskTotalBytes, stats.DiskRemainingBytes, stats.DiskProcessedBytes),
            Normal = new Bytes(stats.MemoryNormalBytes ?? 0),
            Constant = new Bytes((stats.MemoryConstantPages ?? 0) * pageBytes),
            DirtyPagesPerSecond = stats.MemoryDirtyPagesPerSecond ?? 0,
            PageSize = new Bytes(pageBytes),
            Bandwidth = new BytesPerSecond(stats.MemoryBytesPerSecond ?? 0),
            ExpectedDowntime = isEnded ? null : stats.Downtime,

            // The pause itself: libvirt's gross figure includes the difference between the hosts' clocks.
            ActualDowntime = isEnded ? stats.DowntimeNet ?? stats.Downtime : null,
            AutoConvergeThrottle = stats.AutoConvergeThrottlePercent is > 0 and var percent ? new Percent((int)percent) : null,
            PostCopyRequests = stats.MemoryPostCopyRequests ?? 0,
        };
    }

    private static TransferProgress Progress(long? total, long? remaining, long? transferred) =>
        new(new Bytes(total ?? 0), new Bytes(remaining ?? 0), new Bytes(transferred ?? 0));
}

/// <summary>Derives what locks a VM on its host from its running job and its disks.</summary>
internal static class VmLockMapping
{
    /// <summary>The lock; null for none. A migration is not a lock, although disks that it copies look like those of a block job.</summary>
    /// <param name="job">The running job.</param>
    /// <param name="hasMirror">Whether a disk is being mirrored.</param>
    public static VmLock? FromJob(DomainJobStats job, bool hasMirror) => (job.IsRunning ? job.Operation : null) switch
    {
        DomainJobOperation.MigrationIn or DomainJobOperation.MigrationOut => null,
        DomainJobOperation.Snapshot or DomainJobOperation.SnapshotRevert or DomainJobOperation.SnapshotDelete => VmLock.Snapshot,
        DomainJobOperation.Backup => VmLock.Backup,
        DomainJobOperation.Save or DomainJobOperation.Dump => VmLock.Save,
        _ => hasMirror ? VmLock.BlockJob : null,
    };
}
