using Mesh.Agent.Hypervisors;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Libvirt.Adapter;

/// <summary>libvirt's job statistics as an agent takes them.</summary>
internal static class JobStatsMapping
{
    private const long DefaultPageBytes = 4096;

    /// <summary>The job; null if there is none. One that has ended but was not cleaned up yet still counts as one.</summary>
    public static JobStats? FromLibvirt(DomainJobStats stats, bool isEnded = false)
    {
        if (stats.Type is DomainJobType.None)
            return null;
        var pageBytes = stats.MemoryPageSizeBytes is > 0 and var size ? size : DefaultPageBytes;
        return new JobStats
        {
            Operation = stats.Operation switch
            {
                DomainJobOperation.MigrationOut => JobOperation.MigrationOut,
                DomainJobOperation.MigrationIn => JobOperation.MigrationIn,
                _ => JobOperation.Other,
            },
            Elapsed = stats.TimeElapsed ?? TimeSpan.Zero,
            SetupTime = stats.SetupTime,
            Iteration = stats.MemoryIteration ?? 0,
            Memory = Progress(stats.MemoryTotalBytes, stats.MemoryRemainingBytes, stats.MemoryProcessedBytes),
            Disk = Progress(stats.DiskTotalBytes, stats.DiskRemainingBytes, stats.DiskProcessedBytes),
            Normal = new Bytes(stats.MemoryNormalBytes ?? 0),
            Constant = new Bytes((stats.MemoryConstantPages ?? 0) * pageBytes),
            DirtyRatePagesPerSecond = stats.MemoryDirtyPagesPerSecond ?? 0,
            PageSize = new Bytes(pageBytes),
            Bandwidth = new BytesPerSecond(stats.MemoryBytesPerSecond ?? 0),
            Downtime = isEnded ? ActualDowntime(stats) : stats.Downtime,
            Throttle = stats.AutoConvergeThrottlePercent is > 0 and var percent ? new Percent((int)percent) : null,
            PostCopyRequests = stats.MemoryPostCopyRequests ?? 0,
        };
    }

    /// <summary>The pause itself; libvirt's gross figure counts the hosts' clocks against each other.</summary>
    private static TimeSpan? ActualDowntime(DomainJobStats stats) => stats.DowntimeNet ?? stats.Downtime;

    private static TransferProgress Progress(long? total, long? remaining, long? transferred) =>
        new(new Bytes(total ?? 0), new Bytes(remaining ?? 0), new Bytes(transferred ?? 0));
}
