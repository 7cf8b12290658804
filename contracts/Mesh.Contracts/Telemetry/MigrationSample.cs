using Mesh.Contracts.Values;

namespace Mesh.Contracts.Telemetry;

/// <summary>A migration's telemetry at one moment, from <c>virDomainGetJobStats</c>.</summary>
public sealed record MigrationSample
{
    /// <summary>The migration.</summary>
    public required MigrationId MigrationId { get; init; }

    /// <summary>The attempt that it belongs to.</summary>
    public required Epoch Epoch { get; init; }

    /// <summary>The machine.</summary>
    public required VmId VmId { get; init; }

    /// <summary>What the job does now.</summary>
    public required JobPhase Phase { get; init; }

    /// <summary>Time since the job began.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>Time that QEMU needed before the first page went out.</summary>
    public TimeSpan? SetupTime { get; init; }

    /// <summary>Pass over memory, 1 for the first; grows with each synchronisation of the dirty bitmap.</summary>
    public long Iteration { get; init; }

    /// <summary>Memory to copy.</summary>
    public TransferProgress Memory { get; init; } = TransferProgress.None;

    /// <summary>Disks to copy.</summary>
    public TransferProgress Disk { get; init; } = TransferProgress.None;

    /// <summary>Pages sent whole, in bytes.</summary>
    public Bytes Normal { get; init; }

    /// <summary>Pages that held one value throughout (mostly zero) and went as a mark, in bytes of memory.</summary>
    public Bytes Constant { get; init; }

    /// <summary>Pages that the machine dirtied per second, counted once per iteration each; 0 in the first.</summary>
    public long DirtyRatePagesPerSecond { get; init; }

    /// <summary>Bytes in a page; 4096 on x86.</summary>
    public Bytes PageSize { get; init; } = new(4096);

    /// <summary>Rate at which memory goes out now.</summary>
    public BytesPerSecond Bandwidth { get; init; }

    /// <summary>The downtime that QEMU may plan for (<c>virDomainMigrateGetMaxDowntime</c>); null if unknown.</summary>
    public TimeSpan? DowntimeLimit { get; init; }

    /// <summary>The downtime that QEMU expects if it switched over now; null before it knows.</summary>
    public TimeSpan? ExpectedDowntime { get; init; }

    /// <summary>The downtime there was; null before the switch-over.</summary>
    public TimeSpan? ActualDowntime { get; init; }

    /// <summary>How much auto-converge slows the machine's processors down; null when it does not.</summary>
    public Percent? Throttle { get; init; }

    /// <summary>Pages that the machine asked for in post-copy.</summary>
    public long PostCopyRequests { get; init; }
}
