using System.Text.Json.Serialization;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;

namespace Mesh.Agent.State;

/// <summary>What an agent knows of one attempt of a migration; it survives restarts.</summary>
internal sealed record MigrationRecord
{
    private const int AnswersKeptMax = 100;

    [JsonPropertyName("migrationId")]
    public required MigrationId MigrationId { get; init; }

    [JsonPropertyName("epoch")]
    public required Epoch Epoch { get; init; }

    [JsonPropertyName("vmId")]
    public required VmId VmId { get; init; }

    /// <summary>When this host received its first command; the oldest records are dropped first.</summary>
    [JsonPropertyName("firstSeenAt")]
    public required DateTimeOffset FirstSeenAt { get; init; }

    [JsonPropertyName("traceParent")]
    public string? TraceParent { get; init; }

    /// <summary>The answers to its commands, in case a command is delivered again.</summary>
    [JsonPropertyName("answers")]
    public IReadOnlyList<CommandAnswer> Answers { get; init; } = [];

    /// <summary>The attempt on its source; null if this host is not the source, or has not started it.</summary>
    [JsonPropertyName("source")]
    public SourceRecord? Source { get; init; }

    /// <summary>The job is to be aborted, or must never start.</summary>
    [JsonPropertyName("isAbortRequested")]
    public bool IsAbortRequested { get; init; }

    /// <summary>The attempt on its destination; null if this host is not the destination.</summary>
    [JsonPropertyName("destination")]
    public DestinationRecord? Destination { get; init; }

    /// <summary>The source has started the job and does not know its end yet.</summary>
    [JsonIgnore]
    public bool IsRunning => Source is { Ended: null };

    /// <summary>Nothing depends on this record any more except answers to repeated commands.</summary>
    [JsonIgnore]
    public bool IsPrunable => Source is not ({ Ended: null } or { IsEndSent: false }) && Destination is not { CreatedImages.Count: > 0, HasArrived: false };

    public CommandAnswer? FindAnswer(CommandId command) => Answers.FirstOrDefault(answer => answer.CommandId == command);

    /// <summary>Adds an answer. The oldest ones are dropped, since only recent commands are delivered again.</summary>
    public MigrationRecord With(CommandAnswer answer) => this with { Answers = [.. Answers.TakeLast(AnswersKeptMax - 1), answer] };
}

/// <summary>An attempt on its source.</summary>
internal sealed record SourceRecord
{
    [JsonPropertyName("startedAt")]
    public required DateTimeOffset StartedAt { get; init; }

    [JsonPropertyName("destinationUri")]
    public required string DestinationUri { get; init; }

    [JsonPropertyName("options")]
    public required MigrationOptions Options { get; init; }

    [JsonPropertyName("limits")]
    public required MigrationLimits Limits { get; init; }

    [JsonPropertyName("dataSize")]
    public required Bytes DataSize { get; init; }

    /// <summary>The agent suspended the VM and has not resumed it.</summary>
    [JsonPropertyName("isSuspended")]
    public bool IsSuspended { get; init; }

    /// <summary>The job is to be switched to post-copy as soon as QEMU has started copying.</summary>
    [JsonPropertyName("isPostCopyRequested")]
    public bool IsPostCopyRequested { get; init; }

    /// <summary>The vCPU throttle that the agent has set and must remove; null for none.</summary>
    [JsonPropertyName("throttle")]
    public Percent? Throttle { get; init; }

    /// <summary>The agent raises <see cref="Throttle"/> as QEMU's auto-converge would.</summary>
    [JsonPropertyName("isAutoConvergeEmulated")]
    public bool IsAutoConvergeEmulated { get; init; }

    /// <summary>Since when nothing has been heard from the mesh for so long that the agent is on its own; null while it is not.</summary>
    [JsonPropertyName("autonomousSince")]
    public DateTimeOffset? AutonomousSince { get; init; }

    /// <summary>How long the job ran while the agent was on its own, before <see cref="AutonomousSince"/>.</summary>
    [JsonPropertyName("autonomousBefore")]
    public TimeSpan AutonomousBefore { get; init; }

    /// <summary>How the job ended; null while it runs.</summary>
    [JsonPropertyName("ended")]
    public JobEnded? Ended { get; init; }

    /// <summary>The end was inferred from the VM's state, without an answer from the hypervisor: the VM may run elsewhere.</summary>
    [JsonPropertyName("isEndInferred")]
    public bool IsEndInferred { get; init; }

    /// <summary>The broker has accepted the end event.</summary>
    [JsonPropertyName("isEndSent")]
    public bool IsEndSent { get; init; }

    /// <summary>How long the job has run while the agent was on its own.</summary>
    public TimeSpan GetAutonomousTime(DateTimeOffset now) =>
        AutonomousSince is { } since && now > since ? AutonomousBefore + (now - since) : AutonomousBefore;

    /// <summary>The record once the agent is on its own since a time, or no longer is.</summary>
    public SourceRecord WithAutonomousSince(DateTimeOffset? since, DateTimeOffset now) =>
        this with { AutonomousSince = since, AutonomousBefore = since is null ? GetAutonomousTime(now) : AutonomousBefore };
}

/// <summary>An attempt on its destination.</summary>
internal sealed record DestinationRecord
{
    /// <summary>Paths of images that were created for this attempt, and that it may delete.</summary>
    [JsonPropertyName("createdImages")]
    public IReadOnlyList<string> CreatedImages { get; init; } = [];

    /// <summary>The VM runs here: nothing that was created for it may be deleted.</summary>
    [JsonPropertyName("hasArrived")]
    public bool HasArrived { get; init; }

    /// <summary>What was prepared has been removed.</summary>
    [JsonPropertyName("isCleanedUp")]
    public bool IsCleanedUp { get; init; }
}
