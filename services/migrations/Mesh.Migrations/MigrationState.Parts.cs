using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Migrations;

/// <summary>An unanswered command.</summary>
/// <param name="Host">The host that it is sent to.</param>
/// <param name="Command">The command.</param>
/// <param name="SentTimes">How often it was sent, 1 or more.</param>
/// <param name="ResendAt">When it is sent again.</param>
public sealed record OutstandingCommand(HostName Host, AgentCommand Command, int SentTimes, DateTimeOffset ResendAt);

/// <summary>Why a migration is aborted; decides its outcome.</summary>
public enum AbortCause
{
    /// <summary>An operator requested it.</summary>
    Operator,

    /// <summary>The policy, or the request's timeout action.</summary>
    Policy,

    /// <summary>A hard limit.</summary>
    Limit,

    /// <summary>The destination was fenced. The migration is retried on another host then, unless an operator requests an abort.</summary>
    DestinationOff,
}

/// <summary>An abort request. The first one counts, but an operator's replaces the mesh's own for a fenced destination.</summary>
/// <param name="Cause">The cause.</param>
/// <param name="Reason">The reason, for people.</param>
public sealed record AbortRequest(AbortCause Cause, string Reason);

/// <summary>How the source's job ended.</summary>
/// <param name="Result">The hypervisor's result.</param>
/// <param name="Error">The hypervisor's error message; empty if there was none.</param>
/// <param name="HadStarted">Whether there was a job; false if the source did not start one.</param>
/// <param name="At">When it ended, by the source's clock; null if unknown.</param>
/// <param name="GuestStopped">Whether the source says that the guest stopped there for another reason than the migration.</param>
public sealed record JobEnd(JobResult Result, string Error, bool HadStarted = true, DateTimeOffset? At = null, bool GuestStopped = false);

/// <summary>A guest that stopped on its source before it was moved: it shut down, crashed or was destroyed.</summary>
/// <param name="Detail">What the source reports, for people.</param>
/// <param name="Since">Since when it is reported.</param>
/// <param name="IsConfirmed">Whether later reports have confirmed it; then the migration ends for it.</param>
public sealed record GuestStop(string Detail, DateTimeOffset Since, bool IsConfirmed = false);

/// <summary>What a host last reported about a VM.</summary>
/// <param name="Status">The VM's status there; <see cref="VmStatus.Down"/> if the host does not have it.</param>
/// <param name="Detail">The hypervisor's description of the status.</param>
/// <param name="AgentEpoch">The agent process that reported it.</param>
/// <param name="Sequence">The number of the report.</param>
/// <param name="ReceivedAt">When the mesh received it.</param>
public sealed record HostObservation(VmStatus Status, string Detail, long AgentEpoch, long Sequence, DateTimeOffset ReceivedAt)
{
    /// <summary>Whether the host listed the VM: one that is down and listed is defined there.</summary>
    public bool IsListed { get; init; }

    /// <summary>Whether this is no report: the host was fenced, so the VM is down there.</summary>
    public bool IsFenced { get; init; }

    /// <summary>When the host took the report, by its own clock; null if unknown.</summary>
    public DateTimeOffset? ReportedAt { get; init; }

    /// <summary>Whether the report was taken after a time by the host's clock; events may overtake reports.</summary>
    public bool IsReportedAfter(DateTimeOffset? time) => ReportedAt is null || time is null || ReportedAt >= time;

    /// <summary>Whether the observation still held after a time: it was received later, or the host is fenced.</summary>
    public bool HoldsAfter(DateTimeOffset time) => IsFenced || ReceivedAt > time;

    /// <summary>Whether a report with the given numbers is newer than this observation.</summary>
    public bool IsOlderThan(long agentEpoch, long sequence) =>
        AgentEpoch < agentEpoch || (AgentEpoch == agentEpoch && Sequence < sequence);

    internal static HostObservation FromReport(VmStatusReport? vm, long agentEpoch, long sequence, DateTimeOffset receivedAt) =>
        new(vm?.Status ?? VmStatus.Down, vm?.Detail ?? "no such VM", agentEpoch, sequence, receivedAt) { IsListed = vm is not null };

    internal static HostObservation FromFence(string requestedBy, long agentEpoch, long sequence, DateTimeOffset at) =>
        new(VmStatus.Down, $"fenced by {requestedBy}", agentEpoch, sequence, at) { IsFenced = true };
}

/// <summary>A conclusion that the hosts' reports support, but not for long enough to be announced.</summary>
/// <param name="Location">The conclusion.</param>
/// <param name="Since">Since when.</param>
public sealed record PendingLocation(ObservedLocation Location, DateTimeOffset Since);

/// <summary>A command that carries out a change.</summary>
/// <param name="Command">The command.</param>
/// <param name="ChangeId">The change.</param>
/// <param name="IsForced">Whether the VM is suspended if post-copy is rejected.</param>
/// <param name="Tries">How often it was tried, this time included; 1 or more.</param>
public sealed record OutstandingChange(CommandId Command, string ChangeId, bool IsForced = false, int Tries = 1);

/// <summary>The recovery of a broken post-copy.</summary>
/// <param name="Attempts">The number of attempts.</param>
/// <param name="NextAt">When the next attempt is due.</param>
/// <param name="LastFailure">Why the last attempt failed; empty before.</param>
public sealed record PostCopyRecoveryState(int Attempts, DateTimeOffset NextAt, string LastFailure = "");

/// <summary>Parameters that an operator has set, before or during the copy.</summary>
/// <param name="MaxDowntime">The maximum downtime; null if it was not set.</param>
/// <param name="Bandwidth">The bandwidth limit; null if it was not set.</param>
/// <param name="PostCopyBandwidth">The bandwidth limit of post-copy; null if it was not set.</param>
public sealed record OperatorOverrides(TimeSpan? MaxDowntime = null, BytesPerSecond? Bandwidth = null, BytesPerSecond? PostCopyBandwidth = null);

/// <summary>What can be changed of a queued migration.</summary>
/// <param name="Priority">Its priority in the queue.</param>
/// <param name="AllowedHosts">The allowed destinations, in the order in which they are tried; empty for any.</param>
/// <param name="Preferred">The preferred destination; null for none.</param>
public sealed record SchedulingPreferences(MigrationPriority Priority, IReadOnlyList<HostName> AllowedHosts, HostName? Preferred = null)
{
    /// <summary>The preferences of a request.</summary>
    public static SchedulingPreferences FromRequest(RequestMigration request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return new(request.Priority, CombineHosts(request.To, request.Alternatives), request.Preferred);
    }

    /// <summary>A destination and further hosts as one list.</summary>
    public static IReadOnlyList<HostName> CombineHosts(HostName? to, IReadOnlyList<HostName>? further) =>
        [.. (to is { } first ? [first] : Array.Empty<HostName>()).Concat(further ?? []).Distinct()];
}
