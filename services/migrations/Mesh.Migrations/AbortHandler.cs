using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;

namespace Mesh.Migrations;

/// <summary>Carries out an abort request in each phase. It is never lost, and never carried out after the switch to post-copy.</summary>
internal static class AbortHandler
{
    public static void Handle(TransitionContext context, AbortRequest request)
    {
        if (context.State.AbortRequest is { } earlier)
        {
            // The abort has been sent already; only the outcome differs.
            if (earlier.Cause == AbortCause.DestinationOff && request.Cause == AbortCause.Operator)
                context.State = context.State with { AbortRequest = request };
            return;
        }

        switch (context.State.Phase)
        {
            case MigrationPhase.Queued:
                context.State = context.State with { AbortRequest = request };
                CompletionPhase.EndAttempt(context);
                break;
            case MigrationPhase.Preparing or MigrationPhase.Ready:
                context.State = context.State with { AbortRequest = request };
                CompletionPhase.StartCleanUp(context);
                break;
            case MigrationPhase.Starting or MigrationPhase.PreCopy or MigrationPhase.SwitchOver:
                context.State = context.State with { AbortRequest = request };
                context.EnterPhase(context.State.Phase, request.Reason);
                SendAbort(context, later: false);
                break;
            case MigrationPhase.CleaningUp when context.State.StartedAt is null && context.State.JobEnd is null:
            // Its job has failed by itself; the abort keeps it from being tried on another host.
            case MigrationPhase.Confirming or MigrationPhase.CleaningUp
                when request.Cause == AbortCause.Operator && context.State is { JobEnd: { Result: not JobResult.Completed }, GuestStop: not { IsConfirmed: true } }:
                context.State = context.State with { AbortRequest = request };
                break;
        }
    }

    /// <summary>
    /// Makes sure that a failed start does not happen later: the source may not have recorded the failure, and another copy of the command
    /// may still be in the queue.
    /// </summary>
    public static void PreventLateStart(TransitionContext context)
    {
        context.EnterPhase(MigrationPhase.Confirming, context.State.JobEnd!.Error);
        context.State = context.State with { PendingLocation = null };
        SendAbort(context, later: false);
    }

    /// <summary>Whether the abort that prevents a late start is still unanswered.</summary>
    public static bool IsPreventingLateStart(MigrationState state) =>
        state.JobEnd is { HadStarted: false } && state.Outstanding.Any(command => command.Command is AbortJob);

    /// <summary>Whether the source has answered that the job will never start.</summary>
    public static bool IsPreventedFromStarting(MigrationState state) =>
        state is { StartedAt: null, AbortRequest: not null } && !state.Outstanding.Any(command => command.Command is AbortJob or StartMigration);

    /// <summary>Aborts a job that goes on although its end was reported, if it was to be aborted.</summary>
    public static void RepeatAbort(TransitionContext context)
    {
        if (context.State.AbortRequest is not null && !context.State.Outstanding.Any(command => command.Command is AbortJob))
            SendAbort(context, later: false);
    }

    public static void HandleAnswer(TransitionContext context, CommandAnswer answer)
    {
        if (context.State is { Phase: MigrationPhase.Confirming, JobEnd.HadStarted: false })
        {
            HandleLateStartAnswer(context, answer.Result);
            return;
        }

        if (answer.Result == CommandResult.Succeeded)
        {
            // It has recorded that this attempt never starts, or its job will report the end.
            if (context.State.StartedAt is null)
                context.State = context.State with { Outstanding = [.. context.State.Outstanding.Where(command => command.Command is not StartMigration)] };
            return;
        }

        // The source could not abort: the VM may be on the destination already. The hosts' reports decide the outcome.
        var reason = answer.Refusals.Count > 0 ? answer.Refusals[0].Message : answer.Result.ToString();
        context.State = context.State with { AbortRequest = null, Reason = $"{context.Source} did not abort: {reason}" };
    }

    private static void HandleLateStartAnswer(TransitionContext context, CommandResult result)
    {
        switch (result)
        {
            case CommandResult.Succeeded:
                CompletionPhase.StartCleanUp(context);
                break;
            case CommandResult.Failed:
                SendAbort(context, later: true);
                break;
            case CommandResult.Rejected:
                // It started after all and is past the point of no return: both hosts' reports decide.
                context.State = context.State with
                {
                    JobEnd = null,
                    AbortRequest = null,
                    StartedAt = context.State.StartedAt ?? context.Now,
                    DestinationObservation = context.State.DestinationObservation is { IsFenced: true } ? null : context.State.DestinationObservation,
                };
                break;
        }
    }

    private static void SendAbort(TransitionContext context, bool later) => context.Send(context.Source, new AbortJob(), later);
}
