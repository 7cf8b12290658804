using System.Text.Json.Serialization;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;
using Mesh.Policy.Model;

namespace Mesh.Migrations;

/// <summary>Everything that a migration knows of itself: the snapshot that is stored with every transition.</summary>
public sealed record MigrationState
{
    /// <summary>The request that began it.</summary>
    public required RequestMigration Request { get; init; }

    /// <summary>The attempt's epoch; rises with every attempt of any machine. Of no meaning before the first has been admitted.</summary>
    public Epoch Epoch { get; init; }

    /// <summary>The machine as its source described it, at the request or when the attempt was admitted; null if none was found.</summary>
    public VmDescription? Vm { get; init; }

    /// <summary>Where the machine runs, at the request or when the attempt was admitted; null if none was found.</summary>
    public HostName? Source { get; init; }

    /// <summary>Where it goes, in the present attempt; null while it waits for its admission.</summary>
    public HostName? Destination { get; init; }

    /// <summary>What may be changed of the request while it waits: where it may go, and its priority.</summary>
    public required SchedulingPreferences Preferences { get; init; }

    /// <summary>Since when it waits for its admission, or last did.</summary>
    public DateTimeOffset? QueuedAt { get; init; }

    /// <summary>Whether it was admitted to copy, not only to prepare.</summary>
    public bool MayTransfer { get; init; }

    /// <summary>Its share of the link as the scheduler last set it; null for none.</summary>
    public BytesPerSecond? Share { get; init; }

    /// <summary>Why it went to this host; null while it waits.</summary>
    public PlacementDecision? Choice { get; init; }

    /// <summary>The hosts that failed before, and why.</summary>
    public IReadOnlyList<FailedAttempt> FailedAttempts { get; init; } = [];

    /// <summary>The policy that steers it; null if it was refused before one was found.</summary>
    public EffectivePolicy? Policy { get; init; }

    /// <summary>The options it is started with, from request and policy; null before that.</summary>
    public MigrationOptions? StartOptions { get; init; }

    /// <summary>What a person has set; every attempt begins with it.</summary>
    public OperatorOverrides OperatorOverrides { get; init; } = new();

    /// <summary>Where the policy's plan stands in the present attempt; null before the source is told to start.</summary>
    public PlanState? Plan { get; init; }

    /// <summary>When the copying began, as the newest telemetry has it; what the plan's times are counted from.</summary>
    public DateTimeOffset? CopyStartedAt { get; init; }

    /// <summary>What is to be expected; null before anything can be said.</summary>
    public MigrationForecast? Forecast { get; init; }

    /// <summary>The newest changes: who, why, and what became of them.</summary>
    public IReadOnlyList<MigrationChange> Changes { get; init; } = [];

    /// <summary>Changes that wait for the job's beginning.</summary>
    public IReadOnlyList<ChangeMigration> DeferredChanges { get; init; } = [];

    /// <summary>Which change each unanswered <see cref="ChangeParameters"/> carries out.</summary>
    public IReadOnlyList<OutstandingChange> OutstandingChanges { get; init; } = [];

    /// <summary>How a broken post-copy is being taken up again; null if none broke.</summary>
    public PostCopyRecoveryState? Recovery { get; init; }

    /// <summary>The destination's libvirt URI, from its answer to the preparation; empty before.</summary>
    public string DestinationUri { get; init; } = "";

    /// <summary>The disks that are copied along, resolved from the request.</summary>
    public IReadOnlyList<VmDisk> DisksToCopy { get; init; } = [];

    /// <summary>Where it stands.</summary>
    public MigrationPhase Phase { get; init; }

    /// <summary>How it ended; null until then.</summary>
    public MigrationOutcome? Outcome { get; init; }

    /// <summary>Why it stands or ended so, in words.</summary>
    public string Reason { get; init; } = "";

    /// <summary>What would help, where it has ended for a reason that lies with the machine; empty for nothing.</summary>
    public string Advice { get; init; } = "";

    /// <summary>Every reason of a refusal.</summary>
    public IReadOnlyList<Refusal> Refusals { get; init; } = [];

    /// <summary>When it was last told something; its time does not run back behind this.</summary>
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>When it was asked for.</summary>
    public required DateTimeOffset RequestedAt { get; init; }

    /// <summary>When the source took the job up.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When its end was named.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Commands that no answer has come to, with when they are sent again.</summary>
    public IReadOnlyList<OutstandingCommand> Outstanding { get; init; } = [];

    /// <summary>How many commands were given so far; numbers the next one.</summary>
    public int CommandsSent { get; init; }

    /// <summary>Who wants it aborted and why; null if nobody does.</summary>
    public AbortRequest? AbortRequest { get; init; }

    /// <summary>How the source's job ended; null while it has not.</summary>
    public JobEnd? JobEnd { get; init; }

    /// <summary>The source's newest word on the machine.</summary>
    public HostObservation? SourceObservation { get; init; }

    /// <summary>The destination's newest word on the machine.</summary>
    public HostObservation? DestinationObservation { get; init; }

    /// <summary>Whether the source has said that the machine migrates: any later word of the source is a word from after the job's beginning.</summary>
    public bool WasSeenMigrating { get; init; }

    /// <summary>Whether the machine is known to have run on the destination: then a copy that the source has kept is stale.</summary>
    public bool RanOnDestination { get; init; }

    /// <summary>Whether another host than the two had the machine when one of them was last heard.</summary>
    public ThirdHostPresence OnThirdHost { get; init; }

    /// <summary>When the destination said that it has cleaned up; null while it has not.</summary>
    public DateTimeOffset? CleanedUpAt { get; init; }

    /// <summary>Whether the job was ever seen in post-copy.</summary>
    public bool ReachedPostCopy { get; init; }

    /// <summary>Whether the timeout's action has been taken.</summary>
    public bool TimeoutActionTaken { get; init; }

    /// <summary>Whether no new low has been reached for the stalling limit.</summary>
    public bool Stalled { get; init; }

    /// <summary>How much has been copied; never goes back within an attempt.</summary>
    public Percent Progress { get; init; }

    /// <summary>The newest telemetry.</summary>
    public MigrationSample? Sample { get; init; }

    /// <summary>What became of each parameter that was set.</summary>
    public IReadOnlyList<ParameterAnswer> Parameters { get; init; } = [];

    /// <summary>Since when the hosts' words have supported the same unannounced conclusion; null while they do not.</summary>
    public PendingLocation? PendingLocation { get; init; }

    /// <summary>When the present phase began.</summary>
    public DateTimeOffset PhaseSince { get; init; }

    /// <summary>The migration's identity.</summary>
    [JsonIgnore]
    public MigrationId Id => Request.Id;

    /// <summary>The options that count: those it starts with, or those of the request before that is known.</summary>
    [JsonIgnore]
    public MigrationOptions Options => StartOptions ?? Request.Options;

    /// <summary>Number of the present attempt, or of the one that it waits for; 1 for the first.</summary>
    [JsonIgnore]
    public int Attempt => FailedAttempts.Count + 1;

    /// <summary>Whether its end has been named.</summary>
    [JsonIgnore]
    public bool HasEnded => Phase == MigrationPhase.Ended;
}
