using Mesh.Contracts.Agents;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Migrations;

/// <summary>A command that has not been answered.</summary>
/// <param name="Host">Whose agent it goes to.</param>
/// <param name="Command">The command.</param>
/// <param name="SentTimes">How often it was sent, 1 or more.</param>
/// <param name="ResendAt">When it is sent again.</param>
public sealed record OutstandingCommand(HostName Host, AgentCommand Command, int SentTimes, DateTimeOffset ResendAt);

/// <summary>Why a migration is to be aborted; decides the name of its end.</summary>
public enum AbortCause
{
    /// <summary>A person or program asked.</summary>
    Operator,

    /// <summary>The request's own timeout action.</summary>
    Policy,

    /// <summary>A hard limit.</summary>
    Limit,

    /// <summary>The destination is off for certain. The machine is tried elsewhere then, unless a person wants it aborted.</summary>
    DestinationOff,
}

/// <summary>A wish to abort; the first one counts, and a person's before the mesh's own for a destination that is off.</summary>
/// <param name="Cause">Whose wish it is.</param>
/// <param name="Reason">In words.</param>
public sealed record AbortRequest(AbortCause Cause, string Reason);

/// <summary>How the source's job ended.</summary>
/// <param name="Result">For the hypervisor.</param>
/// <param name="Error">Its words for a failure; empty otherwise.</param>
/// <param name="HadStarted">Whether there was a job at all; false if the source refused to start one.</param>
/// <param name="At">When it ended, by the source's clock; null if the source did not say.</param>
public sealed record JobEnd(JobResult Result, string Error, bool HadStarted = true, DateTimeOffset? At = null);

/// <summary>What a host last said of the machine.</summary>
/// <param name="Status">Its status there; <see cref="VmStatus.Down"/> if the host does not know the machine.</param>
/// <param name="Detail">The hypervisor's words.</param>
/// <param name="AgentEpoch">The agent process that said it.</param>
/// <param name="Sequence">The report that said it.</param>
/// <param name="ReceivedAt">When the mesh heard it.</param>
public sealed record HostObservation(VmStatus Status, string Detail, long AgentEpoch, long Sequence, DateTimeOffset ReceivedAt)
{
    /// <summary>Whether this is not the host's word but the certainty that it is off.</summary>
    public bool IsFenced { get; init; }

    /// <summary>When the host said so, by its own clock; null if not known.</summary>
    public DateTimeOffset? ReportedAt { get; init; }

    /// <summary>Whether the host said so after something else that it said, by its own clock; reports may be overtaken by events.</summary>
    public bool IsReportedAfter(DateTimeOffset? time) => ReportedAt is null || time is null || ReportedAt >= time;

    /// <summary>Whether the word still held after a time: said later, or said by a host that is off.</summary>
    public bool HoldsAfter(DateTimeOffset time) => IsFenced || ReceivedAt > time;

    /// <summary>Whether a report with the given numbers is newer than this word.</summary>
    public bool IsOlderThan(long agentEpoch, long sequence) =>
        AgentEpoch < agentEpoch || (AgentEpoch == agentEpoch && Sequence < sequence);
}

/// <summary>A conclusion that the hosts' words support, but not yet for long enough to be announced.</summary>
/// <param name="Location">The conclusion.</param>
/// <param name="Since">Since when.</param>
public sealed record PendingLocation(ObservedLocation Location, DateTimeOffset Since);

/// <summary>A command that carries out a change.</summary>
/// <param name="Command">The command.</param>
/// <param name="ChangeId">The change.</param>
/// <param name="IsForced">Whether the machine is suspended should post-copy be refused.</param>
public sealed record OutstandingChange(CommandId Command, string ChangeId, bool IsForced = false);

/// <summary>How a broken post-copy is being taken up again.</summary>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="NextAt">When it is tried next.</param>
/// <param name="LastFailure">Why the last try failed; empty before.</param>
public sealed record PostCopyRecoveryState(int Attempts, DateTimeOffset NextAt, string LastFailure = "");

/// <summary>Parameters that a person has set, before or while the machine was copied.</summary>
/// <param name="MaxDowntime">The downtime limit; null if it was not set.</param>
/// <param name="Bandwidth">The limit of the copying; null if it was not set.</param>
/// <param name="PostCopyBandwidth">The limit of post-copy; null if it was not set.</param>
public sealed record OperatorOverrides(TimeSpan? MaxDowntime = null, BytesPerSecond? Bandwidth = null, BytesPerSecond? PostCopyBandwidth = null);
