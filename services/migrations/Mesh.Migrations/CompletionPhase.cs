using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Vms;

namespace Mesh.Migrations;

/// <summary>
/// How a flight ends. Neither success nor failure is announced before both hosts' words support it: the source's report of its
/// job alone never does.
/// </summary>
internal static class CompletionPhase
{
    public static void CheckForEnd(TransitionContext context)
    {
        if (context.State.Phase is MigrationPhase.Ended or < MigrationPhase.Starting || AbortHandler.IsPreventingLateStart(context.State))
            return;
        if (context.State.JobEnd is { } job && context.State.Phase < MigrationPhase.Confirming)
            context.EnterPhase(MigrationPhase.Confirming, job.Result == JobResult.Completed ? "" : DescribeFailure(context.State));

        var verdict = TwoSidedStatus.Lookup(context.State.SourceObservation?.Status, context.State.DestinationObservation?.Status).Location;
        if (context.State.Phase == MigrationPhase.CleaningUp)
        {
            // Cleaning up may have begun on words that were long on their way; later ones still count.
            if (context.State.CleanedUpAt is null || !TryEndAfterCleanUp(context))
                ConfirmLocation(context, verdict is ObservedLocation.OnSource ? ObservedLocation.Migrating : verdict);
            return;
        }

        if (context.State.JobEnd is { Result: JobResult.Completed } && verdict == ObservedLocation.OnDestination)
        {
            Conclude(context, verdict);
            return;
        }

        // A word from before the end may still say "up", of a machine that now stands still. One that is heard long after it counts,
        // whatever the host's clock says, which may have been set back.
        var isOver = context.State is { JobEnd: { Result: not JobResult.Completed } end, SourceObservation: { Status: VmStatus.Up or VmStatus.Paused } source }
            && (source.IsReportedAfter(end.At) || (context.State.Phase == MigrationPhase.Confirming && source.ReceivedAt > context.State.PhaseSince + MigrationTimers.DoubtfulLocationGrace));
        if (isOver && verdict != ObservedLocation.OrphanOnSource)
        {
            // The source says that the job is over and that it has the machine; the destination's answer to the clean-up is its word.
            StartCleanUp(context);
            return;
        }

        if (FenceHandler.IsOrphanOnDestination(context.State) && context.Now >= context.State.SourceObservation!.ReceivedAt + MigrationTimers.DoubtfulLocationGrace)
        {
            StartCleanUp(context);
            return;
        }

        ConfirmLocation(context, verdict);
    }

    /// <summary>Asks the destination to clean up; its answer ends the flight.</summary>
    public static void StartCleanUp(TransitionContext context)
    {
        context.EnterPhase(MigrationPhase.CleaningUp, DescribeFailure(context.State));
        context.State = context.State with { PendingLocation = null, Outstanding = [.. context.State.Outstanding.Where(command => command.Command is not PrepareIncoming)] };
        SendCleanUp(context, later: false);
        if (context.State.DestinationObservation is not { IsFenced: true })
            return;

        // It is off: the order waits in its agent's queue, and nobody waits for the answer.
        context.State = context.State with { Outstanding = [.. context.State.Outstanding.Where(command => command.Command is not CleanUpIncoming)] };
        HandleCleanedUp(context);
    }

    /// <summary>Gives the command to clean up, at once or after a pause.</summary>
    public static void SendCleanUp(TransitionContext context, bool later) => context.Send(context.Destination, new CleanUpIncoming(), later);

    /// <summary>The destination has nothing of the machine any more.</summary>
    public static void HandleCleanedUp(TransitionContext context)
    {
        if (context.State.Phase != MigrationPhase.CleaningUp)
            return;
        context.State = context.State with { CleanedUpAt = context.State.CleanedUpAt ?? context.Now, PendingLocation = null };
        TryEndAfterCleanUp(context);
    }

    /// <summary>
    /// Takes leave of an attempt that left the machine on the source: names the end, or goes on to the next host where the failure
    /// was this host's.
    /// </summary>
    /// <param name="context">The turn.</param>
    /// <param name="note">What is to be said besides the failure; empty for nothing.</param>
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

    /// <summary>The destination is out of it; what is left to be seen is that the source runs the machine. False if it has not got it any more.</summary>
    private static bool TryEndAfterCleanUp(TransitionContext context)
    {
        switch (context.State.SourceObservation)
        {
            case { IsFenced: true }:
                context.End(MigrationOutcome.Lost, $"the machine was on {context.Source}, which was fenced, and is not on {context.Destination}");
                return true;
            case { Status: VmStatus.Paused } when context.State is { StartedAt: not null, RanOnDestination: true } or { StartedAt: not null, OnThirdHost: ThirdHostPresence.Yes }:
                context.End(MigrationOutcome.Lost, $"the machine has run elsewhere since and is not on {context.Destination} any more; the paused copy on {context.Source} is stale and must not run again");
                return true;
            case { Status: VmStatus.Paused } when context.State.StartedAt is not null:
                Orphans.Resume(context);
                return true;
            // Also where somebody moves it outside the mesh by now: it is the source's machine to move.
            case null or { Status: VmStatus.Up or VmStatus.MigratingFrom }:
            case var _ when context.State.StartedAt is null:
                EndAttempt(context);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Draws a conclusion from the hosts' words alone once they have agreed for long enough.</summary>
    private static void ConfirmLocation(TransitionContext context, ObservedLocation verdict)
    {
        PostCopyRecoveryHandler.ObserveLocation(context, verdict);

        // Before the source has taken the job up, "up here, down there" is simply how things begin.
        var isConclusion = verdict switch
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

        if (context.State.PendingLocation?.Location != verdict)
            context.State = context.State with { PendingLocation = new PendingLocation(verdict, context.Now) };

        var grace = MigrationTimers.GraceOf(context.State, verdict);
        if (context.Now < context.State.PendingLocation!.Since + grace)
            return;
        var areBothHeard = context.State.SourceObservation!.HoldsAfter(context.State.PendingLocation.Since) && context.State.DestinationObservation!.HoldsAfter(context.State.PendingLocation.Since);
        if (areBothHeard)
            Conclude(context, verdict);
        else
            context.State = context.State with { PendingLocation = context.State.PendingLocation with { Since = context.Now } };
    }

    private static void Conclude(TransitionContext context, ObservedLocation verdict)
    {
        switch (verdict)
        {
            case ObservedLocation.OnDestination:
                var unreported = context.State.JobEnd is null ? "both hosts say that the machine has moved; the source never reported its job's end" : "";
                context.End(
                    context.State.ReachedPostCopy ? MigrationOutcome.CompletedPostCopy : MigrationOutcome.Completed,
                    context.State.SourceObservation is { IsFenced: true } fenced ? $"{context.Destination} runs the machine; {context.Source} was {fenced.Detail}" : unreported);
                break;
            case ObservedLocation.OnSource:
                context.State = context.State with
                {
                    JobEnd = context.State.JobEnd switch
                    {
                        null => new JobEnd(JobResult.Failed, $"{context.Source} runs the machine and no longer reports a migration of it"),
                        { Result: JobResult.Completed } => new JobEnd(JobResult.Cancelled, $"the machine moved, and {context.Source} runs it again: it was moved back outside the mesh"),
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
                    $"post-copy lost its connection: half of the machine's memory is on {context.Source} and half on {context.Destination}, and it stands still on both; "
                    + $"it was taken up again {PostCopyRecoveryHandler.AttemptsMax} times in vain: {context.State.Recovery?.LastFailure}");
                break;
            case ObservedLocation.Nowhere:
                context.End(MigrationOutcome.Lost, DescribeLoss(context.State));
                break;
        }
    }

    private static string DescribeLoss(MigrationState state) => (state.SourceObservation, state.DestinationObservation) switch
    {
        ({ Status: VmStatus.PostCopyFailed }, _) => $"half of its memory died with {state.Destination}; the paused copy on {state.Source} can never run again",
        (_, { Status: VmStatus.PostCopyFailed }) => $"half of its memory died with {state.Source}; the copy on {state.Destination} can never run again",
        _ => $"neither {state.Source} nor {state.Destination} has the machine any more",
    };

    private static string DescribeFailure(MigrationState state) =>
        state.AbortRequest?.Reason
        ?? (state.JobEnd is { Error.Length: > 0 } job ? job.Error : null)
        ?? (state.JobEnd is { Result: JobResult.Cancelled } ? "the job was cancelled outside the mesh" : state.Reason);
}
