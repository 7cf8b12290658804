using System.Text.Json;
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
        if (context.State.Phase != MigrationPhase.Ended)
            GuestStops.Check(context);
        if (context.State.Phase is MigrationPhase.Ended or < MigrationPhase.Starting || AbortHandler.IsPreventingLateStart(context.State))
            return;
        if (context.State.JobEnd is { } job && context.State.Phase < MigrationPhase.Confirming)
            context.EnterPhase(MigrationPhase.Confirming, job.Result == JobResult.Completed ? "" : DescribeFailure(context.State));

        var location = Locate(context.State);
        if (context.State.Phase == MigrationPhase.CleaningUp)
        {
            // The clean-up may have been started by delayed reports; later reports still count.
            if (context.State.CleanedUpAt is null || !TryEndAfterCleanUp(context))
                ConfirmLocation(context, location);
            return;
        }

        // A VM that does not run yet may be about to: it is given the time that other conclusions take.
        if (context.State.JobEnd is { Result: JobResult.Completed } && location == ObservedLocation.OnDestination && HasArrivedAsItWas(context.State))
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

        context.End(GuestStops.HasStopped(context.State) ? MigrationOutcome.GuestStopped : context.State.AbortRequest?.Cause switch
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
            case { Status: VmStatus.Down } when GuestStops.HasStopped(context.State):
                EndAttempt(context);
                return true;
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
                return false;
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
            ObservedLocation.OnSource => context.State.StartedAt is not null || AbortHandler.IsPreventedFromStarting(context.State),
            ObservedLocation.OrphanOnSource => !context.State.Outstanding.Any(command => command.Command is DestroyOrphan) || Orphans.IsOverdue(context.State, context.Now),
            ObservedLocation.Stranded or ObservedLocation.Contradictory => !context.State.Outstanding.Any(command => command.Command is StartMigration),
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
                ConcludeArrived(context);
                break;
            case ObservedLocation.OnSource when context.State.Phase == MigrationPhase.CleaningUp:
                EndAttempt(context, DescribeLeftovers(context.State));
                break;
            case ObservedLocation.OnSource:
                SetJobEnd(context, context.State.JobEnd switch
                {
                    null => new JobEnd(JobResult.Failed, $"{context.Source} runs the VM and no longer reports its migration"),
                    { Result: JobResult.Completed } completed => new JobEnd(
                        JobResult.Cancelled,
                        AppendError($"the VM moved, and {context.Source} runs it again: it was migrated back outside the mesh", completed.Error)),
                    var known => known,
                });
                StartCleanUp(context);
                break;
            case ObservedLocation.OrphanOnSource when Orphans.IsOverdue(context.State, context.Now):
                Orphans.EndWithCopyLeft(context);
                break;
            case ObservedLocation.OrphanOnSource:
                Orphans.Destroy(context);
                break;
            case ObservedLocation.PostCopyFailed:
                context.End(
                    MigrationOutcome.PostCopyFailed,
                    AppendError(
                        $"post-copy lost its connection: the VM's memory is split between {context.Source} and {context.Destination}, and it is paused on both; "
                        + $"{PostCopyRecoveryHandler.AttemptsMax} attempts to recover it failed: {context.State.Recovery?.LastFailure}", context.State));
                break;
            case ObservedLocation.Nowhere:
                ConcludeNowhere(context);
                break;
            case ObservedLocation.Stranded:
                ConcludeStranded(context);
                break;
            case ObservedLocation.Contradictory:
                ConcludeContradictory(context);
                break;
        }
    }

    private static void ConcludeArrived(TransitionContext context)
    {
        var state = context.State;
        List<string> reasons = [];
        if (!HasArrivedAsItWas(state))
            reasons.Add($"{context.Destination} has the VM, but it does not run there: {state.DestinationObservation!.Detail}");
        if (state.SourceObservation is { IsFenced: true } fenced)
            reasons.Add($"{context.Destination} {(reasons.Count == 0 ? "runs" : "has")} the VM; {context.Source} was {fenced.Detail}");
        else if (state.JobEnd is null)
            reasons.Add("both hosts report that the VM has moved; the source never reported the end of its job");
        context.End(
            !HasArrivedAsItWas(state) ? MigrationOutcome.CompletedNotRunning : state.ReachedPostCopy ? MigrationOutcome.CompletedPostCopy : MigrationOutcome.Completed,
            AppendError(string.Join("; ", reasons), state));
    }

    private static void ConcludeNowhere(TransitionContext context)
    {
        var state = context.State;
        if (GuestStops.HasStopped(state))
            EndAttempt(context, $"{context.Destination} has not confirmed its clean-up");
        else if (HasRunAndStopped(state) && state.OnThirdHost == ThirdHostPresence.Yes)
            context.End(MigrationOutcome.Completed, $"{context.Destination} received the VM, and it has been moved on to another host since");
        else if (HasRunAndStopped(state) || (state.JobEnd is { Result: JobResult.Completed } && GuestStops.FindReason(state.DestinationObservation) is not null))
            context.End(
                MigrationOutcome.CompletedNotRunning, $"{context.Destination} received the VM, and it does not run there any more: {state.DestinationObservation!.Detail}");
        else
            context.End(MigrationOutcome.Lost, AppendError(DescribeLoss(state), state));
    }

    /// <summary>The destination waits for a VM that the source does not have any more.</summary>
    private static void ConcludeStranded(TransitionContext context)
    {
        var state = context.State;
        if (state.Phase == MigrationPhase.CleaningUp)
            context.End(MigrationOutcome.Lost, AppendError($"{context.Source} does not have the VM any more; {context.Destination} keeps what it has received of it", state));
        else if (state.JobEnd is { Result: JobResult.Completed })
            context.End(
                MigrationOutcome.CompletedNotRunning,
                AppendError($"{context.Destination} has received the VM, but it does not run there: {state.DestinationObservation!.Detail}; resume it there if it is paused", state));
        else if (state.JobEnd is null || state.ReachedPostCopy)
            context.End(
                MigrationOutcome.Lost,
                AppendError($"{context.Source} has neither the VM nor its migration any more, and {context.Destination} still waits for the rest of it; what it has received is kept there", state));
        else
            StartCleanUp(context);
    }

    /// <summary>Ends what no rule can decide: nothing is changed on either host, except that a copy which never ran is removed.</summary>
    private static void ConcludeContradictory(TransitionContext context)
    {
        var (source, destination) = (context.State.SourceObservation!, context.State.DestinationObservation!);
        switch (source.Status, destination.Status)
        {
            case (not VmStatus.Up, VmStatus.MigratingFrom or VmStatus.Up):
                context.End(
                    context.State.ReachedPostCopy ? MigrationOutcome.CompletedPostCopy : MigrationOutcome.Completed,
                    AppendError($"{context.Destination} runs the VM; {context.Source} reports it as {DescribeStatus(source)}", context.State));
                break;
            case (VmStatus.Up or VmStatus.Paused, VmStatus.MigratingTo) when context.State is { Phase: not MigrationPhase.CleaningUp, JobEnd: not { Result: JobResult.Completed } }:
                SetJobEnd(context, context.State.JobEnd ?? new JobEnd(JobResult.Failed, $"{context.Source} has the VM and no longer reports its migration"));
                StartCleanUp(context);
                break;
            default:
                var isSplit = source.Status is VmStatus.PostCopyFailed || destination.Status is VmStatus.PostCopyFailed;
                context.End(
                    isSplit ? MigrationOutcome.PostCopyFailed : MigrationOutcome.Failed,
                    AppendError(
                        $"the hosts contradict each other: {context.Source} reports the VM as {DescribeStatus(source)}, {context.Destination} as {DescribeStatus(destination)}; "
                        + "both copies are left as they are, and only one of them may run", context.State));
                break;
        }
    }

    /// <summary>Where the VM is by both reports; also where the table leaves that open, if it stays so.</summary>
    private static ObservedLocation Locate(MigrationState state)
    {
        var (source, destination) = (state.SourceObservation?.Status, state.DestinationObservation?.Status);
        var location = TwoSidedStatus.Lookup(source, destination).Location;
        return (location, source, destination) switch
        {
            (not ObservedLocation.Migrating, _, _) => location,
            (_, null, _) or (_, _, null) => location,
            (_, VmStatus.Down, VmStatus.MigratingTo) => state.SourceObservation is { IsFenced: true } && FenceHandler.IsOrphanOnDestination(state) ? location : ObservedLocation.Stranded,

            // A job that is reported is running, except one that has completed on the other host's word too.
            (_, VmStatus.MigratingFrom, VmStatus.Up) when state.JobEnd is { Result: JobResult.Completed } => ObservedLocation.Contradictory,
            (_, VmStatus.MigratingFrom, _) => location,
            _ => ObservedLocation.Contradictory,
        };
    }

    /// <summary>Whether the VM on the destination is in the run state in which it started.</summary>
    private static bool HasArrivedAsItWas(MigrationState state) =>
        state.DestinationObservation is not { Status: VmStatus.Paused } || state.Vm is { Status: VmStatus.Paused };

    /// <summary>Whether the VM is known to have run on the destination after its job had completed, and is down there now.</summary>
    internal static bool HasRunAndStopped(MigrationState state) =>
        state is { JobEnd.Result: JobResult.Completed, RanOnDestination: true, SourceObservation.Status: VmStatus.Down, DestinationObservation: { Status: VmStatus.Down, IsFenced: false } };

    /// <summary>Records how the job ended. A limit that the source had announced is why.</summary>
    public static void SetJobEnd(TransitionContext context, JobEnd end) => context.State = context.State with
    {
        JobEnd = end,
        AbortRequest = end.Result == JobResult.Completed ? context.State.AbortRequest : context.State.AbortRequest ?? context.State.ReachedLimit,
    };

    private static string DescribeLeftovers(MigrationState state) => string.Join("; ", new[]
    {
        state.CleanedUpAt is null ? $"{state.Destination} has not confirmed its clean-up: {state.Reason}; images of the copy may be left there" : "",
        state.SourceObservation is { Status: VmStatus.Paused } ? $"the VM is left paused on {state.Source}" : "",
    }.Where(part => part.Length > 0));

    private static string DescribeStatus(HostObservation observation) =>
        observation.Detail.Length > 0 ? observation.Detail : JsonNamingPolicy.CamelCase.ConvertName(observation.Status.ToString());

    private static string DescribeLoss(MigrationState state) => (state.SourceObservation, state.DestinationObservation) switch
    {
        ({ Status: VmStatus.PostCopyFailed }, _) => $"part of its memory was lost with {state.Destination}; the paused copy on {state.Source} cannot be resumed",
        (_, { Status: VmStatus.PostCopyFailed }) => $"part of its memory was lost with {state.Source}; the copy on {state.Destination} cannot be resumed",
        _ => $"neither {state.Source} nor {state.Destination} has the VM any more",
    };

    private static string DescribeFailure(MigrationState state)
    {
        if (GuestStops.HasStopped(state))
            return AppendError(state.GuestStop!.Detail, state);
        if (state.AbortRequest is { } request)
            return AppendError(request.Reason, state);
        return (state.JobEnd is { Error.Length: > 0 } job ? job.Error : null)
            ?? (state.JobEnd is { Result: JobResult.Cancelled } ? "the job was cancelled outside the mesh" : state.Reason);
    }

    // The hypervisor's own words may be all that an operator has to go by.
    private static string AppendError(string reason, MigrationState state) => AppendError(reason, state.JobEnd is { At: not null, Error: var error } ? error : "");

    private static string AppendError(string reason, string error) =>
        error.Length == 0 || reason.Contains(error, StringComparison.Ordinal) ? reason : reason.Length == 0 ? error : $"{reason}; the source reported: {error}";
}
