using System.Text.Json.Serialization;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Telemetry;

/// <summary>The statistics of a migration job at one moment, from <c>virDomainGetJobStats</c>; libvirt's fields, with units.</summary>
public sealed record CopyStatistics
{
    /// <summary>Time since the job began (<c>time_elapsed</c>).</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>Time that QEMU needed before the first page was sent (<c>setup_time</c>); null if unknown.</summary>
    public TimeSpan? SetupTime { get; init; }

    /// <summary>Pass over memory, 1 for the first; grows with each synchronisation of the dirty bitmap (<c>memory_iteration</c>).</summary>
    public long Iteration { get; init; }

    /// <summary>Memory (<c>memory_total</c>, <c>memory_remaining</c>, <c>memory_processed</c>).</summary>
    public TransferProgress Memory { get; init; } = TransferProgress.None;

    /// <summary>Disks (<c>disk_total</c>, <c>disk_remaining</c>, <c>disk_processed</c>).</summary>
    public TransferProgress Disk { get; init; } = TransferProgress.None;

    /// <summary>Pages sent in full, in bytes (<c>memory_normal_bytes</c>).</summary>
    public Bytes Normal { get; init; }

    /// <summary>Pages of one repeated value, mostly zero, sent as markers; in bytes (<c>memory_constant</c>, which libvirt counts in pages).</summary>
    public Bytes Constant { get; init; }

    /// <summary>Pages dirtied per second, each counted once per pass; 0 in the first pass (<c>memory_dirty_rate</c>).</summary>
    [Limits(0, MessageLimits.DirtyPagesPerSecondMax)]
    public long DirtyPagesPerSecond { get; init; }

    /// <summary>Bytes in a page; 4096 on x86 (<c>memory_page_size</c>).</summary>
    [Limits(0, MessageLimits.PageSizeMax)]
    public Bytes PageSize { get; init; } = new(4096);

    /// <summary>Current rate at which memory is sent (<c>memory_bps</c>).</summary>
    public BytesPerSecond Bandwidth { get; init; }

    /// <summary>The downtime that QEMU expects of a switchover now (<c>downtime</c> of a running job); null if unknown or after the end.</summary>
    public TimeSpan? ExpectedDowntime { get; init; }

    /// <summary>The measured downtime of a completed job (<c>downtime_net</c>, else <c>downtime</c>); null before the end or if unknown.</summary>
    public TimeSpan? ActualDowntime { get; init; }

    /// <summary>How much QEMU's auto-converge throttles the vCPUs (<c>auto_converge_throttle</c>); null while it does not.</summary>
    public Percent? AutoConvergeThrottle { get; init; }

    /// <summary>Pages that the destination requested in post-copy (<c>memory_postcopy_requests</c>).</summary>
    public long PostCopyRequests { get; init; }

    /// <summary>Memory and disks to copy.</summary>
    [JsonIgnore]
    public Bytes Total => Memory.Total + Disk.Total;

    /// <summary>Memory and disks still to be copied; grows again when the guest writes.</summary>
    [JsonIgnore]
    public Bytes Remaining => Memory.Remaining + Disk.Remaining;

    /// <summary>Bytes sent for memory and disks, retransmissions included.</summary>
    [JsonIgnore]
    public Bytes Transferred => Memory.Transferred + Disk.Transferred;

    /// <summary>The rate at which the guest dirties memory; zero in the first pass.</summary>
    [JsonIgnore]
    public BytesPerSecond DirtyRate => new(DirtyPagesPerSecond * PageSize.Count);
}
