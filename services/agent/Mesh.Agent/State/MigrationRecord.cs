using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;

namespace Mesh.Agent.State;

/// <summary>What an agent knows of one attempt of a migration, whatever happens to its process.</summary>
internal sealed record MigrationRecord
{
    public required MigrationId MigrationId { get; init; }

    public required Epoch Epoch { get; init; }

    public required VmId VmId { get; init; }

    /// <summary>When this host first heard of it; the oldest are forgotten first.</summary>
    public required DateTimeOffset FirstSeenAt { get; init; }

    public string? TraceParent { get; init; }

    /// <summary>Every answer that was given, for the case that its command comes again.</summary>
    public IReadOnlyList<CommandAnswer> Answers { get; init; } = [];

    /// <summary>What this host does as the source; null if it is not the source or has not started.</summary>
    public SourceRecord? Source { get; init; }

    /// <summary>Whether the job is to be aborted, or must never start.</summary>
    public bool IsAbortRequested { get; init; }

    /// <summary>What this host did as the destination; null if it is not the destination.</summary>
    public DestinationRecord? Destination { get; init; }

    /// <summary>Whether the source's job has been taken up and its end is not known yet.</summary>
    public bool IsRunning => Source is { Ended: null };

    /// <summary>Whether nothing depends on this record any more but answers to repeated commands.</summary>
    public bool IsPrunable => Source is not ({ Ended: null } or { IsEndSent: false }) && Destination is not { CreatedImages.Count: > 0, HasArrived: false };

    public CommandAnswer? FindAnswer(CommandId command) => Answers.FirstOrDefault(answer => answer.CommandId == command);

    /// <summary>The record with one more answer; older ones make room, since only recent commands come again.</summary>
    public MigrationRecord With(CommandAnswer answer) => this with { Answers = [.. Answers.TakeLast(AnswersKeptMax - 1), answer] };

    private const int AnswersKeptMax = 100;
}

/// <summary>An attempt on its source.</summary>
internal sealed record SourceRecord
{
    public required DateTimeOffset StartedAt { get; init; }

    public required string DestinationUri { get; init; }

    public required MigrationOptions Options { get; init; }

    public required MigrationLimits Limits { get; init; }

    public required Bytes DataSize { get; init; }

    /// <summary>Whether the agent suspended the machine and has not let it run again.</summary>
    public bool IsSuspended { get; init; }

    /// <summary>Whether the job is to be changed over to post-copy as soon as QEMU has begun it.</summary>
    public bool IsPostCopyRequested { get; init; }

    /// <summary>How much the agent slows the machine's processors down, and must let them go again; null for not at all.</summary>
    public Percent? Throttle { get; init; }

    /// <summary>Whether the agent raises <see cref="Throttle"/> as QEMU's auto-converge would.</summary>
    public bool IsAutoConvergeEmulated { get; init; }

    /// <summary>How the job ended; null while it has not.</summary>
    public JobEnded? Ended { get; init; }

    /// <summary>Whether the end is known from the machine's state only, and not by the hypervisor's answer: it may run elsewhere.</summary>
    public bool IsEndInferred { get; init; }

    /// <summary>Whether the broker has taken the news of the end.</summary>
    public bool IsEndSent { get; init; }
}

/// <summary>An attempt on its destination.</summary>
internal sealed record DestinationRecord
{
    /// <summary>Paths of images that were created for this attempt, and may be deleted for it.</summary>
    public IReadOnlyList<string> CreatedImages { get; init; } = [];

    /// <summary>Whether the machine runs here now: then nothing that was created for it may be removed.</summary>
    public bool HasArrived { get; init; }

    /// <summary>Whether what was prepared has been removed.</summary>
    public bool IsCleanedUp { get; init; }
}
