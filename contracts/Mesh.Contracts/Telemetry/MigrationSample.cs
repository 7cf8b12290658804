using Mesh.Contracts.Values;

namespace Mesh.Contracts.Telemetry;

/// <summary>A migration's telemetry at one moment, as its agent reports it.</summary>
public sealed record MigrationSample
{
    /// <summary>The migration.</summary>
    public required MigrationId MigrationId { get; init; }

    /// <summary>The attempt that it belongs to.</summary>
    public required Epoch Epoch { get; init; }

    /// <summary>The VM.</summary>
    public required VmId VmId { get; init; }

    /// <summary>What the job does now.</summary>
    public required JobPhase Phase { get; init; }

    /// <summary>The maximum downtime that QEMU may plan for (<c>virDomainMigrateGetMaxDowntime</c>); null if unknown.</summary>
    public TimeSpan? DowntimeLimit { get; init; }

    /// <summary>How much the vCPUs are throttled, by QEMU's auto-converge or by the agent, whichever is more; null if they are not.</summary>
    public Percent? Throttle { get; init; }

    /// <summary>The hypervisor's statistics of the copy; only <see cref="CopyStatistics.Elapsed"/> is set before it has any.</summary>
    public required CopyStatistics Copy { get; init; }
}
