using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Vms;

namespace Mesh.Migrations;

/// <summary>
/// Decides how a migration ends. Neither success nor failure is announced before both hosts' reports confirm it; the end of the
/// source's job alone is not enough.
/// </summary>
internal static class CompletionPhase
{
    public static void CheckForEnd(TransitionContext context)
    {
        if (context.State.Phase is MigrationPhase.Ended or < MigrationPhase.Starting || AbortHandler.IsPreventingLateStart(context.State))
            return;
        if (context.State.JobEnd is { } job && context.State.Phase < MigrationPhase.Confirming)
            context.EnterPhase(MigrationPhase.Confirming, job.Result == JobResult.Completed ? "" : DescribeFailure(context.State));

        var location = TwoSidedStatus.Lookup(context.State.SourceObservation?.Status, context.State.DestinationObservation?.Status).Location;
        if (context.State.Phase == MigrationPhase.CleaningUp)
        {
            // The clean-up may have been started by delayed reports; later reports still count.
            if (context.State.CleanedUpAt is null || !TryEndAfterCleanUp(context))
                ConfirmLocation(context, location is ObservedLocation.OnSource ? ObservedLocation.Migrating : location);
            return;
        }

        if (context.State.JobEnd is { Result: JobResult.Completed } && location == ObservedLocation.OnDestination)
        {
            Conclude(context, location);
            return;
        }

        // A report from before the end may still say "up" for a VM that is paused now. One that is received long after the end counts,
        // whatever the host's clock says, because it may have been set back.
        var isOver = context.State is { JobEnd: { Result: not JobResult.Completed } end, SourceObservation: { Status: VmStatus.Up or VmStatus.Paused } source }
            && (source.IsReportedAfter(end.At) || (context.State.Phase == MigrationPhase.Confirming
                && source.ReceivedAt > context.State.PhaseSince + MigrationTimers.DoubtfulLocationGrace));
        if (isOver && location != ObservedLocation.OrphanOnSource)
        {
            // The source reports that the job has ended and that it has the VM; the destination confirms with its answer to the clean-up.
            StartCleanUp(context);
            return;
        }

        if (FenceHandler.IsOrphanOnDestination(context.State) && context.Now >= context.State.SourceObservation!.ReceivedAt + MigrationTimers.DoubtfulLocationGrace)
        {
            StartCleanUp(context);
            return;
        }

        ConfirmLocation(context, location);
    }

    /// <summary>Sends the clean-up to the destination; its answer ends the attempt.</summary>
    public static void StartCleanUp(TransitionContext context)
    {
        context.EnterPhase(MigrationPhase.CleaningUp, DescribeFailure(context.State));
        context.State = context.State with
        {
            PendingLocation = null,
            Outstanding = [.. context.State.Outstanding.Where(command => command.Command is not PrepareIncoming)],
        };
        SendCleanUp(context, later: false);
        if (context.State.DestinationObservation is not { IsFenced: true })
            return;

        // The host is off: the command waits in its agent's queue, and the migration does not wait for the answer.
        context.State = context.State with { Outstanding = [.. context.State.Outstanding.Where(command => command.Command is not CleanUpIncoming)] };
        HandleCleanedUp(context);
    }

    /// <summary>Sends the command to clean up, now or later.</summary>
    public static void SendCleanUp(TransitionContext context, bool later) => context.Send(context.Destination, new CleanUpIncoming(), later);

    /// <summary>The destination has cleaned up.</summary>
    public static void HandleCleanedUp(TransitionContext context)
    {
        if (context.State.Phase != MigrationPhase.CleaningUp)
            return;
        context.State = context.State with { CleanedUpAt = context.State.CleanedUpAt ?? context.Now, PendingLocation = null };
        TryEndAfterCleanUp(context);
    }

    /// <summary>
    /// Ends an attempt that left the VM on the source: ends the migration, or queues it for another host if this host was to blame.
    /// </summary>
    /// <param name="context">The transition.</param>
    /// <param name="note">What to add to the failure; empty for nothing.</param>
    public static void EndAttempt(TransitionContext context, string note = "")
    {
        var failure = DescribeFailure(context.State);
        var reason = failure.Length > 0 && note.Length > 0 ? $"{failure}; {note}" : failure + note;
        if (RetryPolicy.CanRetry(context.State))
        {
            RetryPolicy.Requeue(context, reason);
            return;
        }

        context.End(context.State.AbortRequest?.Cause switch
        {
            AbortCause.Operator => MigrationOutcome.AbortedByOperator,
            AbortCause.Policy => MigrationOutcome.AbortedByPolicy,
            AbortCause.Limit => MigrationOutcome.TimedOut,
            _ => MigrationOutcome.Failed,
        }, reason);
    }

    /// <summary>Ends the attempt once the source is known to run the VM. False if the source does not have it any more.</summary>
    private static bool TryEndAfterCleanUp(TransitionContext context)
    {
        switch (context.State.SourceObservation)
        {
            case { IsFenced: true }:
                context.End(MigrationOutcome.Lost, $"the VM was on {context.Source}, which was fenced, and is not on {context.Destination}");
                return true;
            case { Status: VmStatus.Paused }
                when context.State is { StartedAt: not null, RanOnDestination: true } or { StartedAt: not null, OnThirdHost: ThirdHostPresence.Yes }:
                context.End(
                    MigrationOutcome.Lost,
                    $"the VM has run elsewhere since and is no longer on {context.Destination}; "
                    + $"the paused copy on {context.Source} is stale and must not be resumed");
                return true;
            case { Status: VmStatus.Paused } when context.State.StartedAt is not null:
                Orphans.Resume(context);
                return true;
            // Also if somebody migrates it outside the mesh by now: the source has it.
            case null or { Status: VmStatus.Up or VmStatus.MigratingFrom }:
            case var _ when context.State.StartedAt is null:
                EndAttempt(context);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Concludes from the hosts' reports alone, once they have agreed for long enough.</summary>
    private static void ConfirmLocation(TransitionContext context, ObservedLocation location)
    {
        PostCopyRecoveryHandler.ObserveLocation(context, location);

        // Before the source has started the job, "up on the source, down on the destination" is the initial state.
        var isConclusion = location switch
        {
            ObservedLocation.Migrating => false,
            ObservedLocation.OnSource => context.State.StartedAt is not null,
            ObservedLocation.OrphanOnSource => !context.State.Outstanding.Any(command => command.Command is DestroyOrphan),
            ObservedLocation.PostCopyFailed => PostCopyRecoveryHandler.IsExhausted(context.State),
            _ => true,
        };
        if (!isConclusion)
        {
            context.State = context.State with { PendingLocation = null };
            return;
        }

        if (context.State.PendingLocation?.Location != location)
            context.State = context.State with { PendingLocation = new PendingLocation(location, context.Now) };

        var grace = MigrationTimers.GraceOf(context.State, location);
        if (context.Now < context.State.PendingLocation!.Since + grace)
            return;
        var since = context.State.PendingLocation.Since;
        var haveBothReported = context.State.SourceObservation!.HoldsAfter(since) && context.State.DestinationObservation!.HoldsAfter(since);
        if (haveBothReported)
            Conclude(context, location);
        else
            context.State = context.State with { PendingLocation = context.State.PendingLocation with { Since = context.Now } };
    }

    private static void Conclude(TransitionContext context, ObservedLocation location)
    {
        switch (location)
        {
            case ObservedLocation.OnDestination:
                var unreported = context.State.JobEnd is null ? "both hosts report that the VM has moved; the source never reported the end of its job" : "";
                context.End(
                    context.State.ReachedPostCopy ? MigrationOutcome.CompletedPostCopy : MigrationOutcome.Completed,
                    context.State.SourceObservation is { IsFenced: true } fenced
                        ? $"{context.Destination} runs the VM; {context.Source} was {fenced.Detail}"
                        : unreported);
                break;
            case ObservedLocation.OnSource:
                context.State = context.State with
                {
                    JobEnd = context.State.JobEnd switch
                    {
                        null => new JobEnd(JobResult.Failed, $"{context.Source} runs the VM and no longer reports its migration"),
                        { Result: JobResult.Completed } => new JobEnd(
                            JobResult.Cancelled, $"the VM moved, and {context.Source} runs it again: it was migrated back outside the mesh"),
                        var known => known,
                    },
                };
                StartCleanUp(context);
                break;
            case ObservedLocation.OrphanOnSource:
                Orphans.Destroy(context);
                break;
            case ObservedLocation.PostCopyFailed:
                context.End(
                    MigrationOutcome.PostCopyFailed,
                    $"post-copy lost its connection: the VM's memory is split between {context.Source} and {context.Destination}, and it is paused on both; "
                    + $"{PostCopyRecoveryHandler.AttemptsMax} attempts to recover it failed: {context.State.Recovery?.LastFailure}");
                break;
            case ObservedLocation.Nowhere:
                context.End(MigrationOutcome.Lost, DescribeLoss(context.State));
                break;
        }
    }

    private static string DescribeLoss(MigrationState state) => (state.SourceObservation, state.DestinationObservation) switch
    {
        ({ Status: VmStatus.PostCopyFailed }, _) => $"part of its memory was lost with {state.Destination}; the paused copy on {state.Source} cannot be resumed",
        (_, { Status: VmStatus.PostCopyFailed }) => $"part of its memory was lost with {state.Source}; the copy on {state.Destination} cannot be resumed",
        _ => $"neither {state.Source} nor {state.Destination} has the VM any more",
    };

    private static string DescribeFailure(MigrationState state) =>
        state.AbortRequest?.Reason
        ?? (state.JobEnd is { Error.Length: > 0 } job ? job.Error : null)
        ?? (state.JobEnd is { Result: JobResult.Cancelled } ? "the job was cancelled outside the mesh" : state.Reason);
}
