using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;

namespace Mesh.Migrations;

/// <summary>What is done because time has passed.</summary>
internal static class Clock
{
    public static void Take(Turn turn)
    {
        Resend(turn);
        if (turn.State is { Phase: MigrationPhase.Preparing, AwaitsEpoch: false } && turn.Now >= turn.State.PhaseSince + FlightTimers.PrepareTimeout)
            GiveUpPreparing(turn);
        if (FlightTimers.TimeoutAt(turn.State) is { } timeout && turn.Now >= timeout)
            ActOnTimeout(turn);
        if (FlightTimers.UnattendedUntil(turn.State) is { } unattended && turn.Now >= unattended)
            Aborting.Wish(turn, new AbortWish(AbortCause.Limit, $"{turn.Source} has lost account of the job, whose completion timeout has passed"));
        if (turn.State is { Phase: MigrationPhase.CleaningUp, StartedAt: null }
            && turn.Now >= turn.State.PhaseSince + FlightTimers.CleanUpPatience)
            Arrival.EndWithoutMove(turn, $"{turn.Destination} has yet to confirm that it has cleaned up");
    }

    private static void GiveUpPreparing(Turn turn)
    {
        var failure = $"{turn.Destination} did not prepare within {FlightTimers.PrepareTimeout.TotalSeconds:0} s";
        if (Reruns.NextAfterFailure(turn.State) is not { } next)
        {
            Aborting.Wish(turn, new AbortWish(AbortCause.Limit, failure));
            return;
        }

        // The order to clean up waits in the agent's queue, behind the one to prepare.
        Arrival.AskToCleanUp(turn, later: false);
        Reruns.GoTo(turn, next, failure);
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
        var options = turn.State.Request.Options;
        var reason = $"not complete after {options.Timeout!.Value.TotalSeconds:0.#} s";
        turn.State = turn.State with { TimeoutActionTaken = true };
        if (options.TimeoutAction == TimeoutAction.Abort)
        {
            Aborting.Wish(turn, new AbortWish(AbortCause.Policy, $"{reason}: aborted, as the request asked"));
            return;
        }

        var isPostCopy = options.TimeoutAction == TimeoutAction.PostCopy;
        turn.State = turn.State with { Reason = isPostCopy ? $"{reason}: changing over to post-copy" : $"{reason}: the machine is suspended while the migration goes on" };
        turn.Give(turn.Source, head => new ChangeParameters
        {
            CommandId = head.CommandId,
            MigrationId = head.MigrationId,
            Epoch = head.Epoch,
            VmId = head.VmId,
            TraceParent = head.TraceParent,
            PostCopy = isPostCopy ? true : null,
            Suspend = isPostCopy ? null : true,
        });
    }
}
