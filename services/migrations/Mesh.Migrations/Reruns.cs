using Mesh.Contracts.Agents;
using Mesh.Contracts.Events;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Vms;

namespace Mesh.Migrations;

/// <summary>
/// "Up on the source, down on the destination": the machine waits for another host if the failure was the host's and not the machine's
/// or a person's wish (seed <c>ovirt-vm-migration-states</c>; oVirt's rerun treatment). The scheduler chooses the host.
/// </summary>
public static class Reruns
{
    /// <summary>How many hosts are tried in all, unless the request says; oVirt's <c>MaxRerunVmOnVdsCount</c>.</summary>
    public const int HostsTriedMax = 3;

    /// <summary>Whether another host is tried after the present one; if not, the failure is final.</summary>
    internal static bool MayGoOn(FlightState state) =>
        state.Attempt < (state.Request.HostsTriedMax ?? HostsTriedMax)
        && IsTheHostsFailure(state)
        && state.SourceWord is not ({ IsFenced: true } or { Status: VmStatus.Paused })
        && HasAnotherHost(state);

    /// <summary>Whether an attempt on another host had begun before.</summary>
    internal static bool HaveBegun(FlightState state) => state.FailedAttempts.Any(attempt => attempt.Epoch is not null);

    /// <summary>Takes leave of the present destination; the next attempt begins when the scheduler admits it.</summary>
    internal static void Requeue(Turn turn, string failure)
    {
        var state = turn.State;
        turn.Tell(new MigrationRerun
        {
            MigrationId = state.Id,
            VmName = state.VmName(),
            Source = state.Source,
            Destination = state.Destination,
            At = turn.Now,
            Failure = failure,
            Attempt = state.Attempt + 1,
        });
        turn.State = state with
        {
            FailedAttempts = [.. state.FailedAttempts, new FailedAttempt(turn.Destination, failure, state.Epoch, turn.Now)],
            Destination = null,
            Choice = null,
            MayTransfer = false,
            Share = null,

            // The policy may have been exchanged since this attempt began. The scheduler counts what the next one begins with.
            StartOptions = StartOptions.With(state.ByHand, StartOptions.Of(state.Request, state.Policy?.Policy)),
            QueuedAt = turn.Now,
            DestinationUri = "",
            DestinationWord = null,
            WasSeenMigrating = false,
            ReachedPostCopy = false,
            TimeoutActionTaken = false,
            Stalled = false,
            StartedAt = null,
            HadArrived = false,
            CleanedUpAt = null,
            AbortWish = null,
            JobEnd = null,
            Verdict = null,
            Plan = null,
            PlanZero = null,
            Forecast = null,
            CarriedChanges = [],
            Recovery = null,
            Sample = null,
            Progress = default,
            Outstanding = [],
            Parameters = [],
            Refusals = [],
        };
        turn.Enter(MigrationPhase.Queued, $"{state.Destination} failed ({failure}); waits for another host");
    }

    // However the job has ended that was aborted because its destination is off: by the abort, by the lost connection, or by a limit. One that
    // reached a limit before its first byte had gone out never had a connection: libvirt waits for a dead host for minutes.
    private static bool IsTheHostsFailure(FlightState state) => state.AbortWish switch
    {
        null => state.JobEnd is null or { Result: JobResult.Failed, HadBegun: true },
        { Cause: AbortCause.DestinationOff } => state.JobEnd is not { Result: JobResult.Completed },
        { Cause: AbortCause.Limit } => state is { JobEnd: { HadBegun: true, Result: not JobResult.Completed }, Sample: { Memory.Transferred.Count: 0, Disk.Transferred.Count: 0 } },
        _ => false,
    };

    // A migration that is meant for one host never goes elsewhere.
    private static bool HasAnotherHost(FlightState state) =>
        state.Wish.AllowedHosts.Count == 0
        || state.Wish.AllowedHosts.Any(host => host != state.Destination && host != state.Source && state.FailedAttempts.All(attempt => attempt.Destination != host));
}
