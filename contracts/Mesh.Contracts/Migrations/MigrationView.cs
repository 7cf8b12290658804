using Mesh.Contracts.Policies;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Migrations;

/// <summary>The view of a migration.</summary>
public sealed record MigrationView
{
    /// <summary>Its identity.</summary>
    public required MigrationId Id { get; init; }

    /// <summary>The VM; null if the request was refused because no such VM is known.</summary>
    public VmId? VmId { get; init; }

    /// <summary>The VM's name, or the name or UUID in the request.</summary>
    public required string VmName { get; init; }

    /// <summary>The source; null if unknown.</summary>
    public HostName? Source { get; init; }

    /// <summary>The destination of the current attempt; null until it is decided.</summary>
    public HostName? Destination { get; init; }

    /// <summary>The possible destinations, in the order in which they are tried; empty for any.</summary>
    public IReadOnlyList<HostName> AllowedHosts { get; init; } = [];

    /// <summary>A host to use if it is eligible; null for none.</summary>
    public HostName? Preferred { get; init; }

    /// <summary>Its priority in the queue.</summary>
    public MigrationPriority Priority { get; init; } = MigrationPriority.Operator;

    /// <summary>The drain that it belongs to; null for none.</summary>
    public string? Drain { get; init; }

    /// <summary>Whether VM affinity rules may be violated for it.</summary>
    public bool RelaxAffinity { get; init; }

    /// <summary>Number of the current attempt, or of the one that it waits for; 1 for the first.</summary>
    public int Attempt { get; init; } = 1;

    /// <summary>Since when it waits for its admission, or when it was last admitted.</summary>
    public DateTimeOffset? QueuedAt { get; init; }

    /// <summary>Whether it was admitted to copy, not only to prepare.</summary>
    public bool MayTransfer { get; init; }

    /// <summary>Its share of the link, as the scheduler last set it; null if the request or its policy limits the bandwidth, or nothing does.</summary>
    public BytesPerSecond? BandwidthShare { get; init; }

    /// <summary>Why this destination was chosen; null until it is decided.</summary>
    public PlacementDecision? Placement { get; init; }

    /// <summary>Memory and copied disks; null if the VM is not known.</summary>
    public Bytes? DataSize { get; init; }

    /// <summary>Its position in the queue, and what it waits for; null if it is not queued, or if that is unknown.</summary>
    public QueuedMigration? Queue { get; init; }

    /// <summary>What would help, if the VM and not a host is the reason for its end; may be empty.</summary>
    public string Advice { get; init; } = "";

    /// <summary>Earlier attempts on other hosts, and why each failed.</summary>
    public IReadOnlyList<FailedAttempt> FailedAttempts { get; init; } = [];

    /// <summary>The attempt's epoch.</summary>
    public required Epoch Epoch { get; init; }

    /// <summary>Its phase.</summary>
    public required MigrationPhase Phase { get; init; }

    /// <summary>Its outcome; null until it has ended.</summary>
    public MigrationOutcome? Outcome { get; init; }

    /// <summary>Why it is in this phase or has this outcome; may be empty.</summary>
    public required string Reason { get; init; }

    /// <summary>Every reason of a refusal.</summary>
    public IReadOnlyList<Refusal> Refusals { get; init; } = [];

    /// <summary>Its options.</summary>
    public required MigrationOptions Options { get; init; }

    /// <summary>Its hard limits.</summary>
    public required MigrationLimits Limits { get; init; }

    /// <summary>Who requested it.</summary>
    public required string RequestedBy { get; init; }

    /// <summary>When it was requested.</summary>
    public required DateTimeOffset RequestedAt { get; init; }

    /// <summary>When the source started the job; null if it has not.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it ended; null until then.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>How much has been copied, 0 to 100; never goes back within an attempt, and is 100 only after success.</summary>
    public required Percent Progress { get; init; }

    /// <summary>Whether what remains has reached no new low for the stalling limit.</summary>
    public bool Stalled { get; init; }

    /// <summary>What each host last reported of the VM; empty once the migration has ended.</summary>
    public IReadOnlyList<HostVmStatus> Hosts { get; init; } = [];

    /// <summary>The newest telemetry; null before the first.</summary>
    public MigrationSample? Sample { get; init; }

    /// <summary>The parameters that were set, with the results.</summary>
    public IReadOnlyList<ParameterAnswer> Parameters { get; init; } = [];

    /// <summary>
    /// The parameters in force: what its source answered or reported last. Null before the source has started it; a member is null for
    /// what is not known, or was never set.
    /// </summary>
    public MigrationParameters? ParametersInForce { get; init; }

    /// <summary>What was requested and is not answered yet; null for nothing.</summary>
    public MigrationParameters? PendingParameters { get; init; }

    /// <summary>Its policy; null if it was refused before one was resolved.</summary>
    public EffectivePolicy? Policy { get; init; }

    /// <summary>The forecast; null before the first one, and once it has ended.</summary>
    public MigrationForecast? Forecast { get; init; }

    /// <summary>The newest 100 changes since it started: who, why, and with what result.</summary>
    public IReadOnlyList<MigrationChange> Changes { get; init; } = [];

    /// <summary>The migration's trace, for finding it in logs and traces (W3C trace context).</summary>
    public string? TraceParent { get; init; }
}
