using Mesh.Contracts.Agents;
using Mesh.Contracts.Events;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Vms;
using Mesh.Hypervisor;

namespace Mesh.Migrations;

/// <summary>
/// "Up on the source, down on the destination": the migration is queued for another host if the host was to blame, and not the VM or an
/// operator's abort (seed <c>ovirt-vm-migration-states</c>; oVirt's rerun treatment). The scheduler chooses the host.
/// </summary>
public static class RetryPolicy
{
    /// <summary>How many hosts are tried, unless the request says otherwise; oVirt's <c>MaxRerunVmOnVdsCount</c>.</summary>
    public const int HostsTriedMax = 3;

    /// <summary>Whether another host is tried after the current one; if not, the failure is final.</summary>
    internal static bool CanRetry(MigrationState state) =>
        state.Attempt < (state.Request.HostsTriedMax ?? HostsTriedMax)
        && IsHostFailure(state)
        && MayHelpElsewhere(state)
        && state is { GuestStop: not { IsConfirmed: true }, SourceObservation: not ({ IsFenced: true } or { Status: VmStatus.Paused }) }
        && HasAnotherHost(state);

    /// <summary>Who is to blame for the failure of the current attempt.</summary>
    internal static FailureCause FindCause(MigrationState state) => state switch
    {
        { AbortRequest.Cause: AbortCause.DestinationOff or AbortCause.Limit } or { DestinationObservation.IsFenced: true } => FailureCause.Destination,
        { JobEnd.HadStarted: false } => FailureCause.Source,
        { JobEnd: { } end } => FailureAttribution.FromError(end.Error),
        { StartedAt: null, Phase: MigrationPhase.Preparing or MigrationPhase.Ready } => FailureCause.Destination,
        _ => FailureCause.Unknown,
    };

    /// <summary>Whether there was an earlier attempt on another host.</summary>
    internal static bool HasAttempted(MigrationState state) => state.FailedAttempts.Any(attempt => attempt.Epoch is not null);

    /// <summary>Queues the migration for another host; the next attempt begins when the scheduler admits it.</summary>
    internal static void Requeue(TransitionContext context, string failure)
    {
        var state = context.State;
        var cause = FindCause(state);
        context.Publish(new MigrationRequeued
        {
            Failure = failure,
            Cause = cause,
            Attempt = state.Attempt + 1,
        });
        context.State = state with
        {
            FailedAttempts = [.. state.FailedAttempts, new FailedAttempt(context.Destination, failure, state.Epoch, context.Now, cause)],
            Destination = null,
            Choice = null,
            MayTransfer = false,
            Share = null,

            // The policy may have been replaced since this attempt began, and the scheduler has to know the options of the next one.
            StartOptions = StartOptions.ApplyOverrides(state.OperatorOverrides, StartOptions.Resolve(state.Request, state.Policy?.Policy)),
            QueuedAt = context.Now,
            DestinationUri = "",
            DestinationObservation = null,
            WasSeenMigrating = false,
            ReachedPostCopy = false,
            TimeoutActionTaken = false,
            Stalled = false,
            StartedAt = null,
            RanOnDestination = false,
            CleanedUpAt = null,
            AbortRequest = null,
            JobEnd = null,
            ContradictedJobEnd = null,
            ReachedLimit = null,
            GuestStop = null,
            OrphanSince = null,
            LeastRemaining = null,
            ParametersInForce = null,
            PendingLocation = null,
            Plan = null,
            CopyStartedAt = null,
            Forecast = null,
            OutstandingChanges = [],
            Recovery = null,
            Sample = null,
            Progress = default,
            Outstanding = [],
            Parameters = [],
            Refusals = [],
        };
        context.EnterPhase(MigrationPhase.Queued, $"{state.Destination} failed ({failure}); waiting for another host");
    }

    // A job that was aborted because its destination is off may end by the abort, by the lost connection, or by a limit. A job that reached a
    // limit before its first byte was sent never had a connection: libvirt waits for a dead host for minutes.
    private static bool IsHostFailure(MigrationState state) => state.AbortRequest switch
    {
        null => state.JobEnd is null or { Result: JobResult.Failed, HadStarted: true },
        { Cause: AbortCause.DestinationOff } => state.JobEnd is not { Result: JobResult.Completed },
        { Cause: AbortCause.Limit } => state is { JobEnd: { HadStarted: true, Result: not JobResult.Completed }, Sample.Copy.Transferred.Count: 0 },
        _ => false,
    };

    // What the VM or the source is to blame for fails on every host. Where nobody can tell, one more attempt does.
    private static bool MayHelpElsewhere(MigrationState state) => FindCause(state) switch
    {
        FailureCause.Destination => true,
        FailureCause.Network or FailureCause.Unknown =>
            !state.FailedAttempts.Any(attempt => attempt is { Epoch: not null, Cause: FailureCause.Network or FailureCause.Unknown }),
        _ => false,
    };

    // A migration with one allowed host is never tried on another.
    private static bool HasAnotherHost(MigrationState state) =>
        state.Preferences.AllowedHosts.Count == 0
        || state.Preferences.AllowedHosts.Any(host => host != state.Destination && host != state.Source && state.FailedAttempts.All(attempt => attempt.Destination != host));
}
