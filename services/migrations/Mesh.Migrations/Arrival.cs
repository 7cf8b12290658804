using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Vms;

namespace Mesh.Migrations;

/// <summary>
/// How a flight ends. Neither success nor failure is announced before both hosts' words support it: the source's report of its
/// job alone never does.
/// </summary>
internal static class Arrival
{
    public static void Settle(Turn turn)
    {
        if (turn.State.Phase is MigrationPhase.Ended or < MigrationPhase.Starting || Aborting.IsSealing(turn.State))
            return;
        if (turn.State.JobEnd is { } job && turn.State.Phase < MigrationPhase.Settling)
            turn.Enter(MigrationPhase.Settling, job.Result == JobResult.Completed ? "" : Failure(turn.State));

        var verdict = TwoSidedStatus.Read(turn.State.SourceWord?.Status, turn.State.DestinationWord?.Status).Verdict;
        if (turn.State.Phase == MigrationPhase.CleaningUp)
        {
            // Cleaning up may have begun on words that were long on their way; later ones still count.
            if (turn.State.CleanedUpAt is null || !IsSettledCleanUp(turn))
                Ponder(turn, verdict is Verdict.OnSource ? Verdict.Migrating : verdict);
            return;
        }

        if (turn.State.JobEnd is { Result: JobResult.Completed } && verdict == Verdict.OnDestination)
        {
            Conclude(turn, verdict);
            return;
        }

        // A word from before the end may still say "up", of a machine that now stands still. One that is heard long after it counts,
        // whatever the host's clock says, which may have been set back.
        var isOver = turn.State is { JobEnd: { Result: not JobResult.Completed } end, SourceWord: { Status: VmStatus.Up or VmStatus.Paused } source }
            && (source.IsSaidAfter(end.At) || (turn.State.Phase == MigrationPhase.Settling && source.HeardAt > turn.State.PhaseSince + FlightTimers.DoubtfulVerdictGrace));
        if (isOver && verdict != Verdict.StrayOnSource)
        {
            // The source says that the job is over and that it has the machine; the destination's answer to the clean-up is its word.
            CleanUp(turn);
            return;
        }

        if (FencedHost.IsOrphanOnDestination(turn.State) && turn.Now >= turn.State.SourceWord!.HeardAt + FlightTimers.DoubtfulVerdictGrace)
        {
            CleanUp(turn);
            return;
        }

        Ponder(turn, verdict);
    }

    /// <summary>Asks the destination to clean up; its answer ends the flight.</summary>
    public static void CleanUp(Turn turn)
    {
        turn.Enter(MigrationPhase.CleaningUp, Failure(turn.State));
        turn.State = turn.State with { Verdict = null, Outstanding = [.. turn.State.Outstanding.Where(command => command.Command is not PrepareIncoming)] };
        AskToCleanUp(turn, later: false);
        if (turn.State.DestinationWord is not { IsFenced: true })
            return;

        // It is off: the order waits in its agent's queue, and nobody waits for the answer.
        turn.State = turn.State with { Outstanding = [.. turn.State.Outstanding.Where(command => command.Command is not CleanUpIncoming)] };
        TakeCleanedUp(turn);
    }

    /// <summary>Gives the command to clean up, at once or after a pause.</summary>
    public static void AskToCleanUp(Turn turn, bool later) => turn.Give(turn.Destination, head => new CleanUpIncoming
    {
        CommandId = head.CommandId,
        MigrationId = head.MigrationId,
        Epoch = head.Epoch,
        VmId = head.VmId,
        TraceParent = head.TraceParent,
    }, later);

    /// <summary>The destination has nothing of the machine any more.</summary>
    public static void TakeCleanedUp(Turn turn)
    {
        if (turn.State.Phase != MigrationPhase.CleaningUp)
            return;
        turn.State = turn.State with { CleanedUpAt = turn.State.CleanedUpAt ?? turn.Now, Verdict = null };
        IsSettledCleanUp(turn);
    }

    /// <summary>
    /// Takes leave of an attempt that left the machine on the source: names the end, or goes on to the next host where the failure
    /// was this host's.
    /// </summary>
    /// <param name="turn">The turn.</param>
    /// <param name="note">What is to be said besides the failure; empty for nothing.</param>
    public static void EndWithoutMove(Turn turn, string note = "")
    {
        var failure = Failure(turn.State);
        var reason = failure.Length > 0 && note.Length > 0 ? $"{failure}; {note}" : failure + note;
        if (Reruns.MayGoOn(turn.State))
        {
            Reruns.Requeue(turn, reason);
            return;
        }

        turn.End(turn.State.AbortWish?.Cause switch
        {
            AbortCause.Operator => MigrationOutcome.AbortedByOperator,
            AbortCause.Policy => MigrationOutcome.AbortedByPolicy,
            AbortCause.Limit => MigrationOutcome.TimedOut,
            _ => MigrationOutcome.Failed,
        }, reason);
    }

    /// <summary>The destination is out of it; what is left to be seen is that the source runs the machine. False if it has not got it any more.</summary>
    private static bool IsSettledCleanUp(Turn turn)
    {
        switch (turn.State.SourceWord)
        {
            case { IsFenced: true }:
                turn.End(MigrationOutcome.Lost, $"the machine was on {turn.Source}, which was fenced, and is not on {turn.Destination}");
                return true;
            case { Status: VmStatus.Paused } when turn.State is { StartedAt: not null, HadArrived: true } or { StartedAt: not null, Elsewhere: Elsewhere.Yes }:
                turn.End(MigrationOutcome.Lost, $"the machine has run elsewhere since and is not on {turn.Destination} any more; the paused copy on {turn.Source} is stale and must not run again");
                return true;
            case { Status: VmStatus.Paused } when turn.State.StartedAt is not null:
                Strays.Resume(turn);
                return true;
            // Also where somebody moves it outside the mesh by now: it is the source's machine to move.
            case null or { Status: VmStatus.Up or VmStatus.MigratingFrom }:
            case var _ when turn.State.StartedAt is null:
                EndWithoutMove(turn);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Draws a conclusion from the hosts' words alone once they have agreed for long enough.</summary>
    private static void Ponder(Turn turn, Verdict verdict)
    {
        Recovering.Consider(turn, verdict);

        // Before the source has taken the job up, "up here, down there" is simply how things begin.
        var isConclusion = verdict switch
        {
            Verdict.Migrating => false,
            Verdict.OnSource => turn.State.StartedAt is not null,
            Verdict.StrayOnSource => !turn.State.Outstanding.Any(command => command.Command is DestroyStray),
            Verdict.PostCopyFailed => Recovering.HasGivenUp(turn.State),
            _ => true,
        };
        if (!isConclusion)
        {
            turn.State = turn.State with { Verdict = null };
            return;
        }

        if (turn.State.Verdict?.Verdict != verdict)
            turn.State = turn.State with { Verdict = new PendingVerdict(verdict, turn.Now) };

        var grace = FlightTimers.GraceOf(turn.State, verdict);
        if (turn.Now < turn.State.Verdict!.Since + grace)
            return;
        var areBothHeard = turn.State.SourceWord!.IsSince(turn.State.Verdict.Since) && turn.State.DestinationWord!.IsSince(turn.State.Verdict.Since);
        if (areBothHeard)
            Conclude(turn, verdict);
        else
            turn.State = turn.State with { Verdict = turn.State.Verdict with { Since = turn.Now } };
    }

    private static void Conclude(Turn turn, Verdict verdict)
    {
        switch (verdict)
        {
            case Verdict.OnDestination:
                var unreported = turn.State.JobEnd is null ? "both hosts say that the machine has moved; the source never reported its job's end" : "";
                turn.End(
                    turn.State.ReachedPostCopy ? MigrationOutcome.CompletedPostCopy : MigrationOutcome.Completed,
                    turn.State.SourceWord is { IsFenced: true } fenced ? $"{turn.Destination} runs the machine; {turn.Source} was {fenced.Detail}" : unreported);
                break;
            case Verdict.OnSource:
                turn.State = turn.State with
                {
                    JobEnd = turn.State.JobEnd switch
                    {
                        null => new JobEnd(JobResult.Failed, $"{turn.Source} runs the machine and no longer reports a migration of it"),
                        { Result: JobResult.Completed } => new JobEnd(JobResult.Cancelled, $"the machine moved, and {turn.Source} runs it again: it was moved back outside the mesh"),
                        var known => known,
                    },
                };
                CleanUp(turn);
                break;
            case Verdict.StrayOnSource:
                Strays.Destroy(turn);
                break;
            case Verdict.PostCopyFailed:
                turn.End(
                    MigrationOutcome.PostCopyFailed,
                    $"post-copy lost its connection: half of the machine's memory is on {turn.Source} and half on {turn.Destination}, and it stands still on both; "
                    + $"it was taken up again {Recovering.TriesMax} times in vain: {turn.State.Recovery?.LastFailure}");
                break;
            case Verdict.Nowhere:
                turn.End(MigrationOutcome.Lost, WhyLost(turn.State));
                break;
        }
    }

    private static string WhyLost(FlightState state) => (state.SourceWord, state.DestinationWord) switch
    {
        ({ Status: VmStatus.PostCopyFailed }, _) => $"half of its memory died with {state.Destination}; the paused copy on {state.Source} can never run again",
        (_, { Status: VmStatus.PostCopyFailed }) => $"half of its memory died with {state.Source}; the copy on {state.Destination} can never run again",
        _ => $"neither {state.Source} nor {state.Destination} has the machine any more",
    };

    private static string Failure(FlightState state) =>
        state.AbortWish?.Reason
        ?? (state.JobEnd is { Error.Length: > 0 } job ? job.Error : null)
        ?? (state.JobEnd is { Result: JobResult.Cancelled } ? "the job was cancelled outside the mesh" : state.Reason);
}
