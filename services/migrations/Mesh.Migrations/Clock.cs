using Mesh.Contracts.Migrations;

namespace Mesh.Migrations;

/// <summary>What is done because time has passed.</summary>
internal static class Clock
{
    public static void Take(Turn turn)
    {
        Resend(turn);
        if (turn.State is { Phase: MigrationPhase.Preparing } && turn.Now >= turn.State.PhaseSince + FlightTimers.PrepareTimeoutOf(turn.State))
            GiveUpPreparing(turn);
        if (FlightTimers.TimeoutAt(turn.State) is { } timeout && turn.Now >= timeout)
            ActOnTimeout(turn);
        if (Steering.DueAt(turn.State) is { } planned && turn.Now >= planned)
            Steering.Wait(turn);
        if (Recovering.DueAt(turn.State) is { } recovery && turn.Now >= recovery)
            Recovering.Try(turn);
        if (turn.State is { Phase: MigrationPhase.CleaningUp, StartedAt: null }
            && turn.Now >= turn.State.PhaseSince + FlightTimers.CleanUpPatience)
            Arrival.EndWithoutMove(turn, $"{turn.Destination} has yet to confirm that it has cleaned up");
    }

    private static void GiveUpPreparing(Turn turn)
    {
        var failure = $"{turn.Destination} did not prepare within {FlightTimers.PrepareTimeoutOf(turn.State).TotalSeconds:0} s";
        if (!Reruns.MayGoOn(turn.State))
        {
            Aborting.Wish(turn, new AbortWish(AbortCause.Limit, failure));
            return;
        }

        // The order to clean up waits in the agent's queue, behind the one to prepare.
        Arrival.AskToCleanUp(turn, later: false);
        Reruns.Requeue(turn, failure);
    }

    private static void Resend(Turn turn)
    {
        foreach (var outstanding in turn.State.Outstanding.Where(command => command.ResendAt <= turn.Now))
            turn.Repeat(outstanding);
        turn.State = turn.State with
        {
            Outstanding = [.. turn.State.Outstanding.Select(command => command.ResendAt > turn.Now
                ? command
                : command with { SentTimes = command.SentTimes + 1, ResendAt = FlightTimers.ResendAt(command.SentTimes + 1, turn.Now) })],
        };
    }

    private static void ActOnTimeout(Turn turn)
    {
        var options = turn.State.Options;
        var reason = $"not complete after {options.Timeout!.Value.TotalSeconds:0.#} s";
        turn.State = turn.State with { TimeoutActionTaken = true };
        if (options.TimeoutAction == TimeoutAction.Abort)
        {
            Aborting.Wish(turn, new AbortWish(AbortCause.Policy, $"{reason}: aborted, as the request asked"));
            return;
        }

        var isPostCopy = options.TimeoutAction == TimeoutAction.PostCopy;
        turn.State = turn.State with { Reason = isPostCopy ? $"{reason}: changing over to post-copy" : $"{reason}: the machine is suspended while the migration goes on" };
        Changing.GiveOwn(
            turn, $"request of {turn.State.Request.RequestedBy}", turn.State.Reason,
            new ChangeMigration { Id = turn.State.Id, ChangeId = "", By = "", PostCopy = isPostCopy ? true : null, Suspend = isPostCopy ? null : true });
    }
}
