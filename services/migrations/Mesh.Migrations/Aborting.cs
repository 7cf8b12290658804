using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;

namespace Mesh.Migrations;

/// <summary>How a wish to abort is carried out in each phase; it is never lost, and never acts after the switch to post-copy.</summary>
internal static class Aborting
{
    public static void Wish(Turn turn, AbortWish wish)
    {
        if (turn.State.AbortWish is not null)
            return;
        switch (turn.State.Phase)
        {
            case MigrationPhase.Preparing:
                turn.State = turn.State with { AbortWish = wish };
                Arrival.CleanUp(turn);
                break;
            case MigrationPhase.Starting or MigrationPhase.PreCopy or MigrationPhase.SwitchOver:
                turn.State = turn.State with { AbortWish = wish };
                turn.Enter(turn.State.Phase, wish.Reason);
                turn.Give(turn.Source, head => new AbortJob
                {
                    CommandId = head.CommandId,
                    MigrationId = head.MigrationId,
                    Epoch = head.Epoch,
                    VmId = head.VmId,
                    TraceParent = head.TraceParent,
                });
                break;
            case MigrationPhase.CleaningUp when turn.State.StartedAt is null && turn.State.JobEnd is null:
                turn.State = turn.State with { AbortWish = wish };
                break;
        }
    }

    public static void TakeAnswer(Turn turn, CommandAnswer answer)
    {
        if (answer.Result == CommandResult.Done)
            return;

        // The source could not abort: the machine may be on the destination already. The hosts' words decide the end.
        var why = answer.Refusals.Count > 0 ? answer.Refusals[0].Message : answer.Result.ToString();
        turn.State = turn.State with { AbortWish = null, Reason = $"{turn.Source} did not abort: {why}" };
    }
}
