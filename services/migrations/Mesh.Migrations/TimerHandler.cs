using Mesh.Contracts.Migrations;

namespace Mesh.Migrations;

/// <summary>Handles elapsed timers.</summary>
internal static class TimerHandler
{
    public static void Handle(TransitionContext context)
    {
        Resend(context);
        if (context.State is { Phase: MigrationPhase.Preparing } && context.Now >= context.State.PhaseSince + MigrationTimers.PrepareTimeoutOf(context.State))
            FailPreparation(context);
        if (MigrationTimers.TimeoutAt(context.State) is { } timeout && context.Now >= timeout)
            HandleTimeout(context);
        if (PolicyDriver.DueAt(context.State) is { } due && context.Now >= due)
            PolicyDriver.EvaluateTimers(context);
        if (PostCopyRecoveryHandler.DueAt(context.State) is { } recovery && context.Now >= recovery)
            PostCopyRecoveryHandler.SendRecovery(context);
        if (context.State is { Phase: MigrationPhase.CleaningUp, StartedAt: null }
            && context.Now >= context.State.PhaseSince + MigrationTimers.CleanUpTimeout)
            CompletionPhase.EndAttempt(context, $"{context.Destination} has not confirmed its clean-up");
    }

    private static void FailPreparation(TransitionContext context)
    {
        var failure = $"{context.Destination} did not prepare within {MigrationTimers.PrepareTimeoutOf(context.State).TotalSeconds:0} s";
        if (!RetryPolicy.CanRetry(context.State))
        {
            AbortHandler.Handle(context, new AbortRequest(AbortCause.Limit, failure));
            return;
        }

        // The clean-up waits in the agent's queue, behind the preparation.
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
            AbortHandler.Handle(context, new AbortRequest(AbortCause.Policy, $"{reason}: aborted as requested"));
            return;
        }

        var isPostCopy = options.TimeoutAction == TimeoutAction.PostCopy;
        if (!isPostCopy && PolicyDriver.FindSuspendProblem(context.State, context.Now) is { } problem)
        {
            ChangeHandler.RecordRefused(context, ChangeOrigin.Request, context.State.Request.RequestedBy, reason, new MigrationParameters { Suspend = true }, problem);
            return;
        }

        context.State = context.State with { Reason = isPostCopy ? $"{reason}: switching to post-copy" : $"{reason}: suspending the VM for the rest of the migration" };
        ChangeHandler.SendInternal(
            context, ChangeOrigin.Request, context.State.Request.RequestedBy, context.State.Reason,
            isPostCopy ? new MigrationParameters { PostCopy = true } : new MigrationParameters { Suspend = true });
    }
}
