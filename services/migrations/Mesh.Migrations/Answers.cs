using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;

namespace Mesh.Migrations;

/// <summary>What an agent's answer to a command does.</summary>
internal static class Answers
{
    public static void Take(Turn turn, CommandAnswer answer)
    {
        var outstanding = turn.State.Outstanding.FirstOrDefault(command => command.Command.CommandId == answer.CommandId);
        if (outstanding is null)
            return;

        turn.State = turn.State with { Outstanding = [.. turn.State.Outstanding.Where(command => command != outstanding)] };
        switch (outstanding.Command)
        {
            case PrepareIncoming:
                TakePrepared(turn, answer);
                break;
            case StartMigration:
                TakeStarted(turn, answer);
                break;
            case ChangeParameters:
                Changing.TakeAnswer(turn, answer);
                break;
            case RecoverPostCopy:
                Recovering.TakeAnswer(turn, answer);
                break;
            case AbortJob:
                Aborting.TakeAnswer(turn, answer);
                break;
            case CleanUpIncoming:
                TakeCleanedUp(turn, answer);
                break;
            case ResumeOnSource:
                Strays.TakeResumed(turn, answer);
                break;
            case DestroyStray:
                Strays.TakeDestroyed(turn, answer);
                break;
        }
    }

    private static void TakePrepared(Turn turn, CommandAnswer answer)
    {
        if (turn.State.Phase != MigrationPhase.Preparing)
            return;
        if (answer.Result == CommandResult.Done)
        {
            Departure.TakePrepared(turn, answer.DestinationUri ?? "");
            return;
        }

        // The agent has undone what it had begun, and the source was never told: nothing is left to clean up.
        turn.State = turn.State with { Refusals = answer.Refusals };
        var failure = $"{turn.Destination} cannot take the machine: {InWords(answer)}";
        if (Reruns.MayGoOn(turn.State))
            Reruns.Requeue(turn, failure);
        else
            turn.End(answer.Result == CommandResult.Refused && !Reruns.HaveBegun(turn.State) ? MigrationOutcome.Refused : MigrationOutcome.Failed, failure);
    }

    private static void TakeStarted(Turn turn, CommandAnswer answer)
    {
        if (answer.Result == CommandResult.Done)
        {
            turn.State = turn.State with { StartedAt = turn.State.StartedAt ?? turn.Now };
            if (turn.State.Phase == MigrationPhase.Starting)
                turn.Enter(MigrationPhase.PreCopy);
            if (answer.Parameters.Count > 0)
                Changing.Tell(turn, answer.Parameters, null, "set at the start");
            return;
        }

        if (turn.State.Phase != MigrationPhase.Starting)
            return;
        turn.State = turn.State with
        {
            Refusals = answer.Refusals,
            JobEnd = new JobEnd(JobResult.Failed, $"{turn.Source} did not start the migration: {InWords(answer)}", HadBegun: false),
        };
        if (answer.Result == CommandResult.Refused)
            Arrival.CleanUp(turn);
        else
            Aborting.Seal(turn);
    }

    private static void TakeCleanedUp(Turn turn, CommandAnswer answer)
    {
        if (turn.State.Phase != MigrationPhase.CleaningUp)
            return;
        if (answer.Result == CommandResult.Done)
        {
            Arrival.TakeCleanedUp(turn);
            return;
        }

        if (answer.Refusals.Any(refusal => refusal.Code == RefusalCode.MovedOn))
        {
            turn.State = turn.State with { HadArrived = true };
            Arrival.TakeCleanedUp(turn);
            return;
        }

        // The destination could not clean up now. It is asked again in a while, as a new command.
        turn.State = turn.State with { Reason = $"{turn.Destination} has not cleaned up yet: {InWords(answer)}" };
        Arrival.AskToCleanUp(turn, later: true);
    }

    /// <summary>An answer that is not "done", in words.</summary>
    public static string InWords(CommandAnswer answer) =>
        answer.Refusals.Count > 0 ? string.Join("; ", answer.Refusals.Select(refusal => refusal.Message)) : answer.Result.ToString();
}
