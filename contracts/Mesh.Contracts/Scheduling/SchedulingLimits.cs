using Mesh.Contracts.Values;

namespace Mesh.Contracts.Scheduling;

/// <summary>
/// How many migrations run at once, and how the scheduler chooses; configuration section <c>Scheduling</c>. The defaults of the counts are
/// those of the existing systems (KubeVirt: 5 in the cluster, 2 outbound; VDSM: 2 outbound, 2 inbound; oVirt: 3 hosts tried).
/// </summary>
public sealed record SchedulingLimits
{
    /// <summary>Migrations that copy at once in the whole mesh; 1 or more.</summary>
    public int ClusterMax { get; init; } = 5;

    /// <summary>Migrations that copy away from one host at once; 1 or more.</summary>
    public int OutboundPerHost { get; init; } = 2;

    /// <summary>Migrations that copy to one host at once; 1 or more.</summary>
    public int InboundPerHost { get; init; } = 2;

    /// <summary>Migrations that prepare, or wait prepared, at once on one host as source or destination, besides those that copy; 0 or more.</summary>
    public int PreparingPerHost { get; init; } = 2;

    /// <summary>Migrations in post-copy at once over one host's link; 1 or more.</summary>
    public int PostCopyPerLink { get; init; } = 1;

    /// <summary>The minimum share of a link for each migration, which limits how many copy over it at once. Above zero.</summary>
    public BytesPerSecond BandwidthFloor { get; init; } = BytesPerSecond.FromMebibytes(32);

    /// <summary>How much of a host's link migrations may take together, 1 to 100 %.</summary>
    public Percent LinkShare { get; init; } = new(90);

    /// <summary>The rate assumed if neither host of a migration reports its link speed.</summary>
    public BytesPerSecond AssumedLink { get; init; } = BytesPerSecond.FromMebibytes(110);

    /// <summary>The maximum number of hosts tried for one migration; 1 or more.</summary>
    public int HostsTriedMax { get; init; } = 3;

    /// <summary>The pause after a failed attempt, doubled each time up to <see cref="BackoffMax"/>.</summary>
    public TimeSpan BackoffInitial { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>The longest pause before an attempt.</summary>
    public TimeSpan BackoffMax { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>A migration that has waited this long counts as one priority higher, after twice as long as two higher, and so on.</summary>
    public TimeSpan AgeingStep { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>A queued migration that no host can take for this long is ended with the reasons.</summary>
    public TimeSpan UnschedulableTimeout { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>How long a failure lowers its host's score; oVirt's <c>TimeToReduceFailedRunOnVdsInMinutes</c>.</summary>
    public TimeSpan FailurePenaltyTime { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>vCPUs that a host may run for each of its logical CPUs; above zero.</summary>
    public double CpuOvercommit { get; init; } = 16;

    /// <summary>Memory that is left free on a host for the host itself.</summary>
    public Bytes MemoryReserve { get; init; }

    /// <summary>Whether VMs are spread over many hosts or packed onto few.</summary>
    public PlacementStrategy Strategy { get; init; }

    /// <summary>Bridges whose VMs stay where they are, because their addresses do not move with them (seed <c>harvester-live-migration</c>).</summary>
    public IReadOnlyList<string> ManagementBridges { get; init; } = ["mgmt-br"];
}
