using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;

namespace Mesh.Migrations;

/// <summary>Handles an agent's answer to a command.</summary>
internal static class AnswerHandler
{
    public static void Handle(TransitionContext context, CommandAnswer answer)
    {
        if (AgentMessageRules.FindProblem(context.State, answer) is { } problem)
        {
            context.Ignore(answer.Host, answer, problem);
            return;
        }

        var outstanding = context.State.Outstanding.First(command => command.Command.CommandId == answer.CommandId);
        context.State = context.State with { Outstanding = [.. context.State.Outstanding.Where(command => command != outstanding)] };
        switch (outstanding.Command)
        {
            case PrepareIncoming:
                HandlePrepared(context, answer);
                break;
            case StartMigration start:
                HandleStarted(context, start, answer);
                break;
            case ChangeParameters change:
                ChangeHandler.HandleAnswer(context, change, answer);
                break;
            case RecoverPostCopy:
                PostCopyRecoveryHandler.HandleAnswer(context, answer);
                break;
            case AbortJob:
                AbortHandler.HandleAnswer(context, answer);
                break;
            case CleanUpIncoming:
                HandleCleanedUp(context, answer);
                break;
            case ResumeOnSource:
                Orphans.HandleResumeAnswer(context, answer);
                break;
            case DestroyOrphan:
                Orphans.HandleDestroyAnswer(context, answer);
                break;
        }
    }

    private static void HandlePrepared(TransitionContext context, CommandAnswer answer)
    {
        if (context.State.Phase != MigrationPhase.Preparing)
            return;
        if (answer.Result == CommandResult.Succeeded)
        {
            StartPhase.HandlePrepared(context, answer.DestinationUri ?? "");
            return;
        }

        // The agent has undone its preparation, and nothing was sent to the source: nothing is left to clean up.
        context.State = context.State with { Refusals = answer.Refusals };
        var failure = $"{context.Destination} cannot take the VM: {DescribeFailure(answer)}";
        if (RetryPolicy.CanRetry(context.State))
            RetryPolicy.Requeue(context, failure);
        else
            context.End(
                answer.Result == CommandResult.Rejected && !RetryPolicy.HasAttempted(context.State) ? MigrationOutcome.Refused : MigrationOutcome.Failed, failure);
    }

    private static void HandleStarted(TransitionContext context, StartMigration start, CommandAnswer answer)
    {
        if (answer.Result == CommandResult.Succeeded)
        {
            context.State = context.State with
            {
                StartedAt = context.State.StartedAt ?? context.Now,
                ParametersInForce = ChangeHandler.FromStart(start.Options, start.Limits).With(context.State.ParametersInForce ?? new()),
            };
            if (context.State.Phase == MigrationPhase.Starting)
                context.EnterPhase(MigrationPhase.PreCopy);
            if (answer.Parameters.Count > 0)
                ChangeHandler.PublishParameters(context, answer.Parameters);
            return;
        }

        if (context.State.Phase != MigrationPhase.Starting)
            return;
        context.State = context.State with
        {
            Refusals = answer.Refusals,
            JobEnd = new JobEnd(JobResult.Failed, $"{context.Source} did not start the migration: {DescribeFailure(answer)}", HadStarted: false),
        };
        if (answer.Result == CommandResult.Rejected)
            CompletionPhase.StartCleanUp(context);
        else
            AbortHandler.PreventLateStart(context);
    }

    private static void HandleCleanedUp(TransitionContext context, CommandAnswer answer)
    {
        if (context.State.Phase != MigrationPhase.CleaningUp)
            return;
        if (answer.Result == CommandResult.Succeeded)
        {
            CompletionPhase.HandleCleanedUp(context);
            return;
        }

        if (answer.Refusals.Any(refusal => refusal.Code == RefusalCode.VmMovedAway))
        {
            context.State = context.State with { RanOnDestination = true };
            CompletionPhase.HandleCleanedUp(context);
            return;
        }

        // The destination could not clean up now. The command is sent again later, as a new one.
        context.State = context.State with { Reason = $"{context.Destination} has not cleaned up yet: {DescribeFailure(answer)}" };
        CompletionPhase.SendCleanUp(context, later: true);
    }

    /// <summary>Why a command did not succeed.</summary>
    public static string DescribeFailure(CommandAnswer answer) =>
        answer.Refusals.Count > 0 ? string.Join("; ", answer.Refusals.Select(refusal => refusal.Message)) : answer.Result.ToString();
}
