namespace Mesh.Agent.Libvirt;

/// <summary>The statistics of a domain's job (<c>virDomainGetJobStats</c>). What libvirt did not tell is null.</summary>
public sealed record DomainJobStats
{
    /// <summary>Whether there is a job, and what became of it.</summary>
    public required DomainJobType Type { get; init; }

    /// <summary>All parameters as libvirt reported them, under its own names.</summary>
    public required TypedParameters Raw { get; init; }

    /// <summary>What started the job (<c>operation</c>).</summary>
    public DomainJobOperation? Operation => (DomainJobOperation?)Raw.WholeNumber("operation");

    /// <summary>Time since the job began (<c>time_elapsed</c>).</summary>
    public TimeSpan? TimeElapsed => Raw.Milliseconds("time_elapsed");

    /// <summary>The same without the time that control needs to pass from host to host (<c>time_elapsed_net</c>).</summary>
    public TimeSpan? TimeElapsedNet => Raw.Milliseconds("time_elapsed_net");

    /// <summary>Remaining time of a bounded job (<c>time_remaining</c>).</summary>
    public TimeSpan? TimeRemaining => Raw.Milliseconds("time_remaining");

    /// <summary>The pause: as expected while the job runs, as measured when it has completed (<c>downtime</c>).</summary>
    public TimeSpan? Downtime => Raw.Milliseconds("downtime");

    /// <summary>The measured pause without the time that control needs to pass from host to host (<c>downtime_net</c>).</summary>
    public TimeSpan? DowntimeNet => Raw.Milliseconds("downtime_net");

    /// <summary>Time spent before the first pass over the memory (<c>setup_time</c>).</summary>
    public TimeSpan? SetupTime => Raw.Milliseconds("setup_time");

    /// <summary>Bytes to transfer, of memory and disks; repeated ones not counted (<c>data_total</c>).</summary>
    public long? DataTotalBytes => Raw.WholeNumber("data_total");

    /// <summary>Bytes transferred (<c>data_processed</c>).</summary>
    public long? DataProcessedBytes => Raw.WholeNumber("data_processed");

    /// <summary>Bytes still to transfer (<c>data_remaining</c>).</summary>
    public long? DataRemainingBytes => Raw.WholeNumber("data_remaining");

    /// <summary>Bytes of memory to transfer; repeated ones not counted (<c>memory_total</c>).</summary>
    public long? MemoryTotalBytes => Raw.WholeNumber("memory_total");

    /// <summary>Bytes of memory transferred (<c>memory_processed</c>).</summary>
    public long? MemoryProcessedBytes => Raw.WholeNumber("memory_processed");

    /// <summary>Bytes of memory still to transfer (<c>memory_remaining</c>).</summary>
    public long? MemoryRemainingBytes => Raw.WholeNumber("memory_remaining");

    /// <summary>Pages sent as one repeated byte, most of them zero pages (<c>memory_constant</c>).</summary>
    public long? MemoryConstantPages => Raw.WholeNumber("memory_constant");

    /// <summary>Pages sent in full (<c>memory_normal</c>).</summary>
    public long? MemoryNormalPages => Raw.WholeNumber("memory_normal");

    /// <summary>Bytes sent as full pages (<c>memory_normal_bytes</c>).</summary>
    public long? MemoryNormalBytes => Raw.WholeNumber("memory_normal_bytes");

    /// <summary>Throughput of memory (<c>memory_bps</c>).</summary>
    public long? MemoryBytesPerSecond => Raw.WholeNumber("memory_bps");

    /// <summary>
    /// Pages that the guest dirties per second, each counted once per pass; 0 in the first pass (<c>memory_dirty_rate</c>).
    /// </summary>
    public long? MemoryDirtyPagesPerSecond => Raw.WholeNumber("memory_dirty_rate");

    /// <summary>Size of the pages that the other numbers count (<c>memory_page_size</c>).</summary>
    public long? MemoryPageSizeBytes => Raw.WholeNumber("memory_page_size");

    /// <summary>The number of the pass over the memory (<c>memory_iteration</c>).</summary>
    public long? MemoryIteration => Raw.WholeNumber("memory_iteration");

    /// <summary>Pages that the destination had to ask for in post-copy (<c>memory_postcopy_requests</c>).</summary>
    public long? MemoryPostCopyRequests => Raw.WholeNumber("memory_postcopy_requests");

    /// <summary>Bytes of disks to transfer; repeated ones not counted (<c>disk_total</c>).</summary>
    public long? DiskTotalBytes => Raw.WholeNumber("disk_total");

    /// <summary>Bytes of disks transferred (<c>disk_processed</c>).</summary>
    public long? DiskProcessedBytes => Raw.WholeNumber("disk_processed");

    /// <summary>Bytes of disks still to transfer (<c>disk_remaining</c>).</summary>
    public long? DiskRemainingBytes => Raw.WholeNumber("disk_remaining");

    /// <summary>Throughput of disks (<c>disk_bps</c>).</summary>
    public long? DiskBytesPerSecond => Raw.WholeNumber("disk_bps");

    /// <summary>Temporary disk space in use (<c>disk_temp_used</c>).</summary>
    public long? DiskTemporaryUsedBytes => Raw.WholeNumber("disk_temp_used");

    /// <summary>Temporary disk space that could be used (<c>disk_temp_total</c>).</summary>
    public long? DiskTemporaryTotalBytes => Raw.WholeNumber("disk_temp_total");

    /// <summary>Size of the XBZRLE cache (<c>compression_cache</c>).</summary>
    public long? CompressionCacheBytes => Raw.WholeNumber("compression_cache");

    /// <summary>Compressed bytes sent (<c>compression_bytes</c>).</summary>
    public long? CompressionBytes => Raw.WholeNumber("compression_bytes");

    /// <summary>Compressed pages sent (<c>compression_pages</c>).</summary>
    public long? CompressionPages => Raw.WholeNumber("compression_pages");

    /// <summary>Changing pages that were not in the cache (<c>compression_cache_misses</c>).</summary>
    public long? CompressionCacheMisses => Raw.WholeNumber("compression_cache_misses");

    /// <summary>Pages that compression would have made larger (<c>compression_overflow</c>).</summary>
    public long? CompressionOverflows => Raw.WholeNumber("compression_overflow");

    /// <summary>How much of the guest's CPU time auto-converge takes away (<c>auto_converge_throttle</c>).</summary>
    public long? AutoConvergeThrottlePercent => Raw.WholeNumber("auto_converge_throttle");

    /// <summary>Bytes of device state transferred (<c>vfio_data_transferred</c>).</summary>
    public long? VfioTransferredBytes => Raw.WholeNumber("vfio_data_transferred");

    /// <summary>Whether a job that has ended succeeded (<c>success</c>).</summary>
    public bool? Success => Raw.Boolean("success");

    /// <summary>Why a job that has ended failed (<c>errmsg</c>).</summary>
    public string? ErrorMessage => Raw.Text("errmsg");

    /// <summary>Whether a job runs.</summary>
    public bool IsRunning => Type is DomainJobType.Bounded or DomainJobType.Unbounded;

    internal static DomainJobStats From(DomainJobType type, TypedParameters raw) => new() { Type = type, Raw = raw };

    /// <summary>From the job-completed event, which carries no job type.</summary>
    internal static DomainJobStats FromCompletedEvent(TypedParameters raw) =>
        From(raw.Boolean("success") == false ? DomainJobType.Failed : DomainJobType.Completed, raw);
}
