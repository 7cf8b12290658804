using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;

namespace Mesh.Migrations;

/// <summary>How a wish to abort is carried out in each phase; it is never lost, and never acts after the switch to post-copy.</summary>
internal static class AbortHandler
{
    public static void Handle(TransitionContext context, AbortRequest request)
    {
        if (context.State.AbortRequest is { } earlier)
        {
            // The source has been told already; only how it ends is another matter.
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
                context.State = context.State with { AbortRequest = request };
                break;
        }
    }

    /// <summary>
    /// Makes sure that a start which failed never begins later: its source may not have been able to remember that, and another copy
    /// of the command may still be under way.
    /// </summary>
    public static void PreventLateStart(TransitionContext context)
    {
        context.EnterPhase(MigrationPhase.Confirming, context.State.JobEnd!.Error);
        SendAbort(context, later: false);
    }

    /// <summary>Whether a failed start has yet to be sealed.</summary>
    public static bool IsPreventingLateStart(MigrationState state) =>
        state.JobEnd is { HadStarted: false } && state.Outstanding.Any(command => command.Command is AbortJob);

    public static void HandleAnswer(TransitionContext context, CommandAnswer answer)
    {
        if (context.State is { Phase: MigrationPhase.Confirming, JobEnd.HadStarted: false })
        {
            HandleLateStartAnswer(context, answer.Result);
            return;
        }

        if (answer.Result == CommandResult.Succeeded)
            return;

        // The source could not abort: the machine may be on the destination already. The hosts' words decide the end.
        var why = answer.Refusals.Count > 0 ? answer.Refusals[0].Message : answer.Result.ToString();
        context.State = context.State with { AbortRequest = null, Reason = $"{context.Source} did not abort: {why}" };
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
                // It began all the same, and is past its return: both hosts' words decide.
                context.State = context.State with
                {
                    JobEnd = null,
                    StartedAt = context.State.StartedAt ?? context.Now,
                    DestinationObservation = context.State.DestinationObservation is { IsFenced: true } ? null : context.State.DestinationObservation,
                };
                break;
        }
    }

    private static void SendAbort(TransitionContext context, bool later) => context.Send(context.Source, new AbortJob(), later);
}
