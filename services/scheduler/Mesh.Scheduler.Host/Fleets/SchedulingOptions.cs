using System.ComponentModel.DataAnnotations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;

namespace Mesh.Scheduler.Host.Fleets;

/// <summary>The scheduler's limits and strategy; configuration section <c>Scheduling</c>. The names are those of <see cref="SchedulingLimits"/>.</summary>
public sealed class SchedulingOptions : IValidatableObject
{
    private static readonly SchedulingLimits Default = new();

    /// <summary>Concurrent migrations in the whole mesh. 1 to 10000. Default: 5.</summary>
    [Range(1, 10_000)]
    public int ClusterMax { get; set; } = Default.ClusterMax;

    /// <summary>Concurrent outbound migrations per host. 1 to 1000. Default: 2.</summary>
    [Range(1, 1000)]
    public int OutboundPerHost { get; set; } = Default.OutboundPerHost;

    /// <summary>Concurrent inbound migrations per host. 1 to 1000. Default: 2.</summary>
    [Range(1, 1000)]
    public int InboundPerHost { get; set; } = Default.InboundPerHost;

    /// <summary>Migrations that prepare or wait prepared on one host, besides those that copy. 0 to 1000. Default: 2.</summary>
    [Range(0, 1000)]
    public int PreparingPerHost { get; set; } = Default.PreparingPerHost;

    /// <summary>Concurrent post-copy migrations per host link. 1 to 1000. Default: 1.</summary>
    [Range(1, 1000)]
    public int PostCopyPerLink { get; set; } = Default.PostCopyPerLink;

    /// <summary>The least bandwidth of each migration, in MiB/s: no more migrations share a link than leave each this much. 1 to 1000000. Default: 32.</summary>
    [Range(1.0, 1_000_000.0)]
    public double BandwidthFloorMebibytes { get; set; } = Default.BandwidthFloor.Mebibytes;

    /// <summary>The share of a host's link that migrations may use together, in percent. 1 to 100. Default: 90.</summary>
    [Range(1, 100)]
    public int LinkSharePercent { get; set; } = Default.LinkShare.Value;

    /// <summary>The assumed capacity of links that no agent has reported, in MiB/s. 1 to 1000000. Default: 110.</summary>
    [Range(1.0, 1_000_000.0)]
    public double AssumedLinkMebibytes { get; set; } = Default.AssumedLink.Mebibytes;

    /// <summary>The most hosts that are tried for one migration. 1 to 100. Default: 3.</summary>
    [Range(1, 100)]
    public int HostsTriedMax { get; set; } = Default.HostsTriedMax;

    /// <summary>The back-off after the first failed attempt; it doubles with each further one. 0 to 1 h. Default: 20 s.</summary>
    public TimeSpan BackoffInitial { get; set; } = Default.BackoffInitial;

    /// <summary>The longest back-off before an attempt. From <see cref="BackoffInitial"/> to 1 day. Default: 10 min.</summary>
    public TimeSpan BackoffMax { get; set; } = Default.BackoffMax;

    /// <summary>The waiting time that raises a migration's priority by one. 1 s to 1 day. Default: 5 min.</summary>
    public TimeSpan AgeingStep { get; set; } = Default.AgeingStep;

    /// <summary>How long a migration that no host can take waits before it is rejected. 1 s to 7 days. Default: 15 min.</summary>
    public TimeSpan UnschedulableTimeout { get; set; } = Default.UnschedulableTimeout;

    /// <summary>How long a failure lowers the score of its host. 0 to 7 days. Default: 30 min.</summary>
    public TimeSpan FailurePenaltyTime { get; set; } = Default.FailurePenaltyTime;

    /// <summary>vCPUs that a host may run per logical CPU. 0.1 to 1000. Default: 16.</summary>
    [Range(0.1, 1000.0)]
    public double CpuOvercommit { get; set; } = Default.CpuOvercommit;

    /// <summary>Memory reserved on each host for the host itself, in MiB. 0 to 100000000. Default: 0.</summary>
    [Range(0, 100_000_000)]
    public long MemoryReserveMebibytes { get; set; }

    /// <summary>Whether VMs are spread over the hosts or packed onto few. Default: Spread.</summary>
    [EnumDataType(typeof(PlacementStrategy))]
    public PlacementStrategy Strategy { get; set; } = Default.Strategy;

    /// <summary>Bridges whose VMs must not be migrated, separated by commas; empty for none. Default: <c>mgmt-br</c>.</summary>
    public string ManagementBridges { get; set; } = string.Join(',', Default.ManagementBridges);

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var (name, value, min, max) in new (string, TimeSpan, TimeSpan, TimeSpan)[]
        {
            (nameof(BackoffInitial), BackoffInitial, TimeSpan.Zero, TimeSpan.FromHours(1)),
            (nameof(BackoffMax), BackoffMax, BackoffInitial, TimeSpan.FromDays(1)),
            (nameof(AgeingStep), AgeingStep, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)),
            (nameof(UnschedulableTimeout), UnschedulableTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromDays(7)),
            (nameof(FailurePenaltyTime), FailurePenaltyTime, TimeSpan.Zero, TimeSpan.FromDays(7)),
        })
            if (value < min || value > max)
                yield return new ValidationResult($"Scheduling:{name} is {value}; allowed are {min} to {max}", [name]);
    }

    internal SchedulingLimits ToLimits() => new()
    {
        ClusterMax = ClusterMax,
        OutboundPerHost = OutboundPerHost,
        InboundPerHost = InboundPerHost,
        PreparingPerHost = PreparingPerHost,
        PostCopyPerLink = PostCopyPerLink,
        BandwidthFloor = BytesPerSecond.FromMebibytes(BandwidthFloorMebibytes),
        LinkShare = new Percent(LinkSharePercent),
        AssumedLink = BytesPerSecond.FromMebibytes(AssumedLinkMebibytes),
        HostsTriedMax = HostsTriedMax,
        BackoffInitial = BackoffInitial,
        BackoffMax = BackoffMax,
        AgeingStep = AgeingStep,
        UnschedulableTimeout = UnschedulableTimeout,
        FailurePenaltyTime = FailurePenaltyTime,
        CpuOvercommit = CpuOvercommit,
        MemoryReserve = Bytes.FromMebibytes(MemoryReserveMebibytes),
        Strategy = Strategy,
        ManagementBridges = ManagementBridges.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
    };
}
