using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;

namespace Mesh.Migrations;

/// <summary>How a wish to abort is carried out in each phase; it is never lost, and never acts after the switch to post-copy.</summary>
internal static class Aborting
{
    public static void Wish(Turn turn, AbortWish wish)
    {
        if (turn.State.AbortWish is { } earlier)
        {
            // The source has been told already; only how it ends is another matter.
            if (earlier.Cause == AbortCause.DestinationOff && wish.Cause == AbortCause.Operator)
                turn.State = turn.State with { AbortWish = wish };
            return;
        }

        switch (turn.State.Phase)
        {
            case MigrationPhase.Queued:
                turn.State = turn.State with { AbortWish = wish };
                Arrival.EndWithoutMove(turn);
                break;
            case MigrationPhase.Preparing or MigrationPhase.Ready:
                turn.State = turn.State with { AbortWish = wish };
                Arrival.CleanUp(turn);
                break;
            case MigrationPhase.Starting or MigrationPhase.PreCopy or MigrationPhase.SwitchOver:
                turn.State = turn.State with { AbortWish = wish };
                turn.Enter(turn.State.Phase, wish.Reason);
                GiveAbort(turn, later: false);
                break;
            case MigrationPhase.CleaningUp when turn.State.StartedAt is null && turn.State.JobEnd is null:
                turn.State = turn.State with { AbortWish = wish };
                break;
        }
    }

    /// <summary>
    /// Makes sure that a start which failed never begins later: its source may not have been able to remember that, and another copy
    /// of the command may still be under way.
    /// </summary>
    public static void Seal(Turn turn)
    {
        turn.Enter(MigrationPhase.Settling, turn.State.JobEnd!.Error);
        GiveAbort(turn, later: false);
    }

    /// <summary>Whether a failed start has yet to be sealed.</summary>
    public static bool IsSealing(FlightState state) =>
        state.JobEnd is { HadBegun: false } && state.Outstanding.Any(command => command.Command is AbortJob);

    public static void TakeAnswer(Turn turn, CommandAnswer answer)
    {
        if (turn.State is { Phase: MigrationPhase.Settling, JobEnd.HadBegun: false })
        {
            TakeSealed(turn, answer.Result);
            return;
        }

        if (answer.Result == CommandResult.Done)
            return;

        // The source could not abort: the machine may be on the destination already. The hosts' words decide the end.
        var why = answer.Refusals.Count > 0 ? answer.Refusals[0].Message : answer.Result.ToString();
        turn.State = turn.State with { AbortWish = null, Reason = $"{turn.Source} did not abort: {why}" };
    }

    private static void TakeSealed(Turn turn, CommandResult result)
    {
        switch (result)
        {
            case CommandResult.Done:
                Arrival.CleanUp(turn);
                break;
            case CommandResult.Failed:
                GiveAbort(turn, later: true);
                break;
            case CommandResult.Refused:
                // It began all the same, and is past its return: both hosts' words decide.
                turn.State = turn.State with
                {
                    JobEnd = null,
                    StartedAt = turn.State.StartedAt ?? turn.Now,
                    DestinationWord = turn.State.DestinationWord is { IsFenced: true } ? null : turn.State.DestinationWord,
                };
                break;
        }
    }

    private static void GiveAbort(Turn turn, bool later) => turn.Give(turn.Source, head => new AbortJob
    {
        CommandId = head.CommandId,
        MigrationId = head.MigrationId,
        Epoch = head.Epoch,
        VmId = head.VmId,
        TraceParent = head.TraceParent,
    }, later);
}
