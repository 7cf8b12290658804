using System.Text.Json.Serialization;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;
using Mesh.Policy.Model;

namespace Mesh.Migrations;

/// <summary>The whole state of a migration: the snapshot that is stored with every transition.</summary>
public sealed record MigrationState
{
    /// <summary>The request.</summary>
    public required RequestMigration Request { get; init; }

    /// <summary>The attempt's epoch; increases with every attempt of any VM. Meaningless before the first is admitted.</summary>
    public Epoch Epoch { get; init; }

    /// <summary>The VM as its source described it, at the request or when the attempt was admitted; null if none was found.</summary>
    public VmDescription? Vm { get; init; }

    /// <summary>The host that ran the VM, at the request or when the attempt was admitted; null if none was found.</summary>
    public HostName? Source { get; init; }

    /// <summary>The destination of the current attempt; null while it is queued.</summary>
    public HostName? Destination { get; init; }

    /// <summary>The part of the request that can be changed while it is queued: allowed hosts and priority.</summary>
    public required SchedulingPreferences Preferences { get; init; }

    /// <summary>When it was last queued.</summary>
    public DateTimeOffset? QueuedAt { get; init; }

    /// <summary>Whether it was admitted to copy, and not only to prepare.</summary>
    public bool MayTransfer { get; init; }

    /// <summary>Its share of the link, as last set by the scheduler; null for none.</summary>
    public BytesPerSecond? Share { get; init; }

    /// <summary>Why this destination was chosen; null while it is queued.</summary>
    public PlacementDecision? Choice { get; init; }

    /// <summary>Earlier attempts on other hosts, and why they failed.</summary>
    public IReadOnlyList<FailedAttempt> FailedAttempts { get; init; } = [];

    /// <summary>The policy that it follows; null if it was rejected before one was resolved.</summary>
    public EffectivePolicy? Policy { get; init; }

    /// <summary>The options that it starts with, from request and policy; null before they are resolved.</summary>
    public MigrationOptions? StartOptions { get; init; }

    /// <summary>Parameters set by an operator; every attempt starts with them.</summary>
    public OperatorOverrides OperatorOverrides { get; init; } = new();

    /// <summary>The state of the policy's plan in the current attempt; null before the start.</summary>
    public PlanState? Plan { get; init; }

    /// <summary>When the copy began, by the newest telemetry; the plan's times count from here.</summary>
    public DateTimeOffset? CopyStartedAt { get; init; }

    /// <summary>The forecast; null before there is one.</summary>
    public MigrationForecast? Forecast { get; init; }

    /// <summary>The latest changes: who, why, and the result.</summary>
    public IReadOnlyList<MigrationChange> Changes { get; init; } = [];

    /// <summary>Changes that wait for the job to start.</summary>
    public IReadOnlyList<ChangeMigration> DeferredChanges { get; init; } = [];

    /// <summary>The change that each unanswered <see cref="ChangeParameters"/> carries out.</summary>
    public IReadOnlyList<OutstandingChange> OutstandingChanges { get; init; } = [];

    /// <summary>The recovery of a broken post-copy; null if post-copy has not broken.</summary>
    public PostCopyRecoveryState? Recovery { get; init; }

    /// <summary>The destination's libvirt URI, from its answer to the preparation; empty before that.</summary>
    public string DestinationUri { get; init; } = "";

    /// <summary>The disks to copy, resolved from the request.</summary>
    public IReadOnlyList<VmDisk> DisksToCopy { get; init; } = [];

    /// <summary>The current phase.</summary>
    public MigrationPhase Phase { get; init; }

    /// <summary>The outcome; null until the end.</summary>
    public MigrationOutcome? Outcome { get; init; }

    /// <summary>The reason for the phase or outcome, for people.</summary>
    public string Reason { get; init; } = "";

    /// <summary>What would help, if it failed because of the VM and not of a host; empty for nothing.</summary>
    public string Advice { get; init; } = "";

    /// <summary>Every reason for a rejection.</summary>
    public IReadOnlyList<Refusal> Refusals { get; init; } = [];

    /// <summary>When the last input was applied; the migration's time never goes back behind this.</summary>
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>When it was requested.</summary>
    public required DateTimeOffset RequestedAt { get; init; }

    /// <summary>When the source started the job.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Unanswered commands, and when they are sent again.</summary>
    public IReadOnlyList<OutstandingCommand> Outstanding { get; init; } = [];

    /// <summary>Number of commands sent so far; numbers the next one.</summary>
    public int CommandsSent { get; init; }

    /// <summary>Who requested the abort and why; null if nobody did.</summary>
    public AbortRequest? AbortRequest { get; init; }

    /// <summary>How the source's job ended; null until it has.</summary>
    public JobEnd? JobEnd { get; init; }

    /// <summary>
    /// An end that the source reported and then contradicted, by reporting that the job still copies. It counts after all if the next
    /// report does not repeat that. Null if there is none.
    /// </summary>
    public JobEnd? ContradictedJobEnd { get; init; }

    /// <summary>
    /// The hard limit for which the source has announced that it aborts the job; it decides the outcome once the job has ended. Until then
    /// the job is controlled as before.
    /// </summary>
    public AbortRequest? ReachedLimit { get; init; }

    /// <summary>The guest is reported as stopped on its source; null if it is not.</summary>
    public GuestStop? GuestStop { get; init; }

    /// <summary>When the destruction of a paused copy on the source was first ordered; null if it was not.</summary>
    public DateTimeOffset? OrphanSince { get; init; }

    /// <summary>What the source last reported about the VM.</summary>
    public HostObservation? SourceObservation { get; init; }

    /// <summary>What the destination last reported about the VM.</summary>
    public HostObservation? DestinationObservation { get; init; }

    /// <summary>Whether the source has reported the VM as migrating: any later report of the source is from after the start of the job.</summary>
    public bool WasSeenMigrating { get; init; }

    /// <summary>Whether the VM is known to have run on the destination: then a copy left on the source is stale.</summary>
    public bool RanOnDestination { get; init; }

    /// <summary>Whether a third host had the VM when one of the two last reported.</summary>
    public ThirdHostPresence OnThirdHost { get; init; }

    /// <summary>When the destination confirmed its clean-up; null until then.</summary>
    public DateTimeOffset? CleanedUpAt { get; init; }

    /// <summary>Whether the job was ever observed in post-copy.</summary>
    public bool ReachedPostCopy { get; init; }

    /// <summary>Whether the timeout's action has been taken.</summary>
    public bool TimeoutActionTaken { get; init; }

    /// <summary>Whether the migration has stalled: no new minimum of remaining data for the stalling limit.</summary>
    public bool Stalled { get; init; }

    /// <summary>The least that has remained in this attempt; null before the first telemetry. A new low ends a stall.</summary>
    public Bytes? LeastRemaining { get; init; }

    /// <summary>The parameters in force, by the source's answers and telemetry; null before it has started the job.</summary>
    public MigrationParameters? ParametersInForce { get; init; }

    /// <summary>How much has been copied; never decreases within an attempt.</summary>
    public Percent Progress { get; init; }

    /// <summary>The newest telemetry.</summary>
    public MigrationSample? Sample { get; init; }

    /// <summary>The latest result for each parameter that was set.</summary>
    public IReadOnlyList<ParameterAnswer> Parameters { get; init; } = [];

    /// <summary>Since when the hosts' reports have supported the same conclusion, not announced yet; null while they do not.</summary>
    public PendingLocation? PendingLocation { get; init; }

    /// <summary>When the current phase began.</summary>
    public DateTimeOffset PhaseSince { get; init; }

    /// <summary>The migration's identity.</summary>
    [JsonIgnore]
    public MigrationId Id => Request.Id;

    /// <summary>The options in force: those that it starts with, or those of the request before they are resolved.</summary>
    [JsonIgnore]
    public MigrationOptions Options => StartOptions ?? Request.Options;

    /// <summary>Number of the current attempt, or of the one that it is queued for; 1 for the first.</summary>
    [JsonIgnore]
    public int Attempt => FailedAttempts.Count + 1;

    /// <summary>Whether it has ended.</summary>
    [JsonIgnore]
    public bool HasEnded => Phase == MigrationPhase.Ended;
}
