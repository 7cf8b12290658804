using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Hypervisors;

/// <summary>A machine's job at one moment, from <c>virDomainGetJobStats</c>; libvirt's fields, with units.</summary>
public sealed record JobStats
{
    /// <summary>What kind of job it is.</summary>
    public required JobOperation Operation { get; init; }

    /// <summary>Time since it began (<c>time_elapsed</c>).</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>Time before the first page went out (<c>setup_time</c>).</summary>
    public TimeSpan? SetupTime { get; init; }

    /// <summary>Pass over memory (<c>memory_iteration</c>).</summary>
    public long Iteration { get; init; }

    /// <summary>Memory (<c>memory_total</c>, <c>memory_remaining</c>, <c>memory_processed</c>).</summary>
    public TransferProgress Memory { get; init; } = TransferProgress.None;

    /// <summary>Disks (<c>disk_total</c>, <c>disk_remaining</c>, <c>disk_processed</c>).</summary>
    public TransferProgress Disk { get; init; } = TransferProgress.None;

    /// <summary>Pages sent whole, in bytes (<c>memory_normal_bytes</c>).</summary>
    public Bytes Normal { get; init; }

    /// <summary>Pages sent as a mark, in bytes of memory (<c>memory_constant</c>, which libvirt counts in pages).</summary>
    public Bytes Constant { get; init; }

    /// <summary>Pages dirtied per second in the last iteration (<c>memory_dirty_rate</c>).</summary>
    public long DirtyRatePagesPerSecond { get; init; }

    /// <summary>Bytes in a page (<c>memory_page_size</c>).</summary>
    public Bytes PageSize { get; init; } = new(4096);

    /// <summary>Rate at which memory goes out (<c>memory_bps</c>).</summary>
    public BytesPerSecond Bandwidth { get; init; }

    /// <summary>The downtime of a job that runs: what QEMU expects; of a completed one: what there was (<c>downtime</c>); null if unknown.</summary>
    public TimeSpan? Downtime { get; init; }

    /// <summary>How much auto-converge slows the processors down (<c>auto_converge_throttle</c>); null when it does not.</summary>
    public Percent? Throttle { get; init; }

    /// <summary>Pages that the machine asked for in post-copy (<c>memory_postcopy_requests</c>).</summary>
    public long PostCopyRequests { get; init; }
}

/// <summary>What a job does.</summary>
public enum JobOperation
{
    /// <summary>A migration that leaves this host.</summary>
    MigrationOut,

    /// <summary>A migration that comes to this host.</summary>
    MigrationIn,

    /// <summary>Anything else, such as a backup.</summary>
    Other,
}
