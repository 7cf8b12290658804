using Mesh.Contracts.Migrations;

namespace Mesh.Migrations;

/// <summary>What is done because time has passed.</summary>
internal static class TimerHandler
{
    public static void Handle(TransitionContext context)
    {
        Resend(context);
        if (context.State is { Phase: MigrationPhase.Preparing } && context.Now >= context.State.PhaseSince + MigrationTimers.PrepareTimeoutOf(context.State))
            FailPreparation(context);
        if (MigrationTimers.TimeoutAt(context.State) is { } timeout && context.Now >= timeout)
            HandleTimeout(context);
        if (PolicyDriver.DueAt(context.State) is { } planned && context.Now >= planned)
            PolicyDriver.EvaluateTimers(context);
        if (PostCopyRecoveryHandler.DueAt(context.State) is { } recovery && context.Now >= recovery)
            PostCopyRecoveryHandler.SendRecovery(context);
        if (context.State is { Phase: MigrationPhase.CleaningUp, StartedAt: null }
            && context.Now >= context.State.PhaseSince + MigrationTimers.CleanUpTimeout)
            CompletionPhase.EndAttempt(context, $"{context.Destination} has yet to confirm that it has cleaned up");
    }

    private static void FailPreparation(TransitionContext context)
    {
        var failure = $"{context.Destination} did not prepare within {MigrationTimers.PrepareTimeoutOf(context.State).TotalSeconds:0} s";
        if (!RetryPolicy.CanRetry(context.State))
        {
            AbortHandler.Handle(context, new AbortRequest(AbortCause.Limit, failure));
            return;
        }

        // The order to clean up waits in the agent's queue, behind the one to prepare.
        CompletionPhase.SendCleanUp(context, later: false);
        RetryPolicy.Requeue(context, failure);
    }

    private static void Resend(TransitionContext context)
    {
        foreach (var outstanding in context.State.Outstanding.Where(command => command.ResendAt <= context.Now))
            context.Resend(outstanding);
        context.State = context.State with
        {
            Outstanding = [.. context.State.Outstanding.Select(command => command.ResendAt > context.Now
                ? command
                : command with { SentTimes = command.SentTimes + 1, ResendAt = MigrationTimers.ResendAt(command.SentTimes + 1, context.Now) })],
        };
    }

    private static void HandleTimeout(TransitionContext context)
    {
        var options = context.State.Options;
        var reason = $"not complete after {options.Timeout!.Value.TotalSeconds:0.#} s";
        context.State = context.State with { TimeoutActionTaken = true };
        if (options.TimeoutAction == TimeoutAction.Abort)
        {
            AbortHandler.Handle(context, new AbortRequest(AbortCause.Policy, $"{reason}: aborted, as the request asked"));
            return;
        }

        var isPostCopy = options.TimeoutAction == TimeoutAction.PostCopy;
        context.State = context.State with { Reason = isPostCopy ? $"{reason}: changing over to post-copy" : $"{reason}: the machine is suspended while the migration goes on" };
        ChangeHandler.SendInternal(
            context, ChangeOrigin.Request, context.State.Request.RequestedBy, context.State.Reason,
            isPostCopy ? new MigrationParameters { PostCopy = true } : new MigrationParameters { Suspend = true });
    }
}
