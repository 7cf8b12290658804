using System.ComponentModel.DataAnnotations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;

namespace Mesh.Scheduler.Host;

/// <summary>How many migrations at once, and how the scheduler chooses; configuration section <c>Scheduling</c>.</summary>
public sealed class SchedulingOptions : IValidatableObject
{
    private static readonly SchedulingLimits Default = new();

    /// <summary>Migrations that copy at once in the whole mesh. 1 to 10000. Default: 5.</summary>
    [Range(1, 10_000)]
    public int ClusterMax { get; set; } = Default.ClusterMax;

    /// <summary>Migrations that copy away from one host at once. 1 to 1000. Default: 2.</summary>
    [Range(1, 1000)]
    public int OutboundPerHost { get; set; } = Default.OutboundPerHost;

    /// <summary>Migrations that copy to one host at once. 1 to 1000. Default: 2.</summary>
    [Range(1, 1000)]
    public int InboundPerHost { get; set; } = Default.InboundPerHost;

    /// <summary>Migrations that prepare, or wait prepared, at once on one host, besides those that copy. 0 to 1000. Default: 2.</summary>
    [Range(0, 1000)]
    public int PreparingPerHost { get; set; } = Default.PreparingPerHost;

    /// <summary>Migrations in post-copy at once over one host's link. 1 to 1000. Default: 1.</summary>
    [Range(1, 1000)]
    public int PostCopyPerLink { get; set; } = Default.PostCopyPerLink;

    /// <summary>What each migration has of a link at least, in MiB/s. 1 to 1000000. Default: 32.</summary>
    [Range(1.0, 1_000_000.0)]
    public double BandwidthFloorMebibytes { get; set; } = Default.BandwidthFloor.Mebibytes;

    /// <summary>How much of a host's link migrations may take together, in percent. 1 to 100. Default: 90.</summary>
    [Range(1, 100)]
    public int LinkSharePercent { get; set; } = Default.LinkShare.Value;

    /// <summary>The rate in MiB/s that is reckoned with where no host has said what its link carries. 1 to 1000000. Default: 110.</summary>
    [Range(1.0, 1_000_000.0)]
    public double AssumedLinkMebibytes { get; set; } = Default.AssumedLink.Mebibytes;

    /// <summary>Hosts that are tried for one migration in all. 1 to 100. Default: 3.</summary>
    [Range(1, 100)]
    public int HostsTriedMax { get; set; } = Default.HostsTriedMax;

    /// <summary>After a failed attempt the next waits so long, then twice as long each time. 0 to 1 h. Default: 20 s.</summary>
    public TimeSpan BackOffFirst { get; set; } = Default.BackoffInitial;

    /// <summary>The longest pause before an attempt. From <see cref="BackOffFirst"/> to 1 day. Default: 10 min.</summary>
    public TimeSpan BackOffMax { get; set; } = Default.BackoffMax;

    /// <summary>One that has waited so long counts as one priority higher. 1 s to 1 day. Default: 5 min.</summary>
    public TimeSpan AgeingStep { get; set; } = Default.AgeingStep;

    /// <summary>One that no host can take for so long is ended with the reasons. 1 s to 7 days. Default: 15 min.</summary>
    public TimeSpan UnplaceableAfter { get; set; } = Default.UnschedulableTimeout;

    /// <summary>How long a failure lowers its host's rating. 0 to 7 days. Default: 30 min.</summary>
    public TimeSpan TroubleKept { get; set; } = Default.FailurePenaltyTime;

    /// <summary>Virtual processors that a host may run for each of its logical ones. 0.1 to 1000. Default: 16.</summary>
    [Range(0.1, 1000.0)]
    public double CpuOvercommit { get; set; } = Default.CpuOvercommit;

    /// <summary>Memory that is left free on a host for the host itself, in MiB. 0 to 100000000. Default: 0.</summary>
    [Range(0, 100_000_000)]
    public long MemoryReserveMebibytes { get; set; }

    /// <summary>Whether machines are spread over hosts or packed onto few. Default: Spread.</summary>
    [EnumDataType(typeof(PlacementStrategy))]
    public PlacementStrategy Strategy { get; set; } = Default.Strategy;

    /// <summary>Bridges whose machines stay where they are, separated by commas; empty for none. Default: <c>mgmt-br</c>.</summary>
    public string ManagementBridges { get; set; } = string.Join(',', Default.ManagementBridges);

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var (name, value, min, max) in new (string, TimeSpan, TimeSpan, TimeSpan)[]
        {
            (nameof(BackOffFirst), BackOffFirst, TimeSpan.Zero, TimeSpan.FromHours(1)),
            (nameof(BackOffMax), BackOffMax, BackOffFirst, TimeSpan.FromDays(1)),
            (nameof(AgeingStep), AgeingStep, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)),
            (nameof(UnplaceableAfter), UnplaceableAfter, TimeSpan.FromSeconds(1), TimeSpan.FromDays(7)),
            (nameof(TroubleKept), TroubleKept, TimeSpan.Zero, TimeSpan.FromDays(7)),
        })
            if (value < min || value > max)
                yield return new ValidationResult($"Scheduling:{name} is {value} and takes {min} to {max}", [name]);
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
        BackoffInitial = BackOffFirst,
        BackoffMax = BackOffMax,
        AgeingStep = AgeingStep,
        UnschedulableTimeout = UnplaceableAfter,
        FailurePenaltyTime = TroubleKept,
        CpuOvercommit = CpuOvercommit,
        MemoryReserve = Bytes.FromMebibytes(MemoryReserveMebibytes),
        Strategy = Strategy,
        ManagementBridges = ManagementBridges.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
    };
}
