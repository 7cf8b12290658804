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
        if (turn.State.Phase is MigrationPhase.Ended or MigrationPhase.Preparing)
            return;
        if (turn.State.JobEnd is { } job && turn.State.Phase < MigrationPhase.Settling)
            turn.Enter(MigrationPhase.Settling, job.Result == JobResult.Completed ? "" : Failure(turn.State));

        var verdict = TwoSidedStatus.Judge(turn.State.SourceWord?.Status, turn.State.DestinationWord?.Status);
        if (turn.State.Phase == MigrationPhase.CleaningUp)
        {
            // Cleaning up may have begun on words that were long on their way; later ones still count.
            Ponder(turn, verdict is Verdict.OnSource ? Verdict.Migrating : verdict);
            return;
        }

        if (turn.State.JobEnd is { } ended && Supports(ended, verdict))
        {
            Conclude(turn, verdict);
            return;
        }

        if (turn.State.JobEnd is { Result: not JobResult.Completed } && turn.State.SourceWord?.Status is VmStatus.Up or VmStatus.Paused)
        {
            // The source says that the job is over and that it runs the machine; the destination's answer to the clean-up is its word.
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

    /// <summary>Names the end of a flight that left the machine on the source.</summary>
    /// <param name="turn">The turn.</param>
    /// <param name="confirmed">Whether the destination has said that nothing is left there.</param>
    public static void EndWithoutMove(Turn turn, bool confirmed)
    {
        var outcome = turn.State.AbortWish?.Cause switch
        {
            AbortCause.Operator => MigrationOutcome.AbortedByOperator,
            AbortCause.Policy => MigrationOutcome.AbortedByPolicy,
            AbortCause.Limit => MigrationOutcome.TimedOut,
            _ => MigrationOutcome.Failed,
        };
        var reason = Failure(turn.State);
        turn.End(outcome, confirmed ? reason : $"{reason}; {turn.Destination} has yet to confirm that it has cleaned up");
    }

    private static bool Supports(JobEnd job, Verdict verdict) =>
        job.Result == JobResult.Completed && verdict == Verdict.OnDestination;

    /// <summary>Draws a conclusion from the hosts' words alone once they have agreed for long enough.</summary>
    private static void Ponder(Turn turn, Verdict verdict)
    {
        // Before the source has taken the job up, "up here, down there" is simply how things begin.
        var isConclusion = verdict switch
        {
            Verdict.Migrating => false,
            Verdict.OnSource => turn.State.StartedAt is not null && turn.State.JobEnd?.Result != JobResult.Completed,
            _ => true,
        };
        if (!isConclusion)
        {
            turn.State = turn.State with { Verdict = null };
            return;
        }

        if (turn.State.Verdict?.Verdict != verdict)
        {
            turn.State = turn.State with { Verdict = new PendingVerdict(verdict, turn.Now) };
            return;
        }

        var ripe = turn.State.Verdict.Since + FlightTimers.GraceOf(turn.State, verdict);
        if (turn.Now < ripe)
            return;
        if (turn.State.SourceWord!.HeardAt > turn.State.Verdict.Since && turn.State.DestinationWord!.HeardAt > turn.State.Verdict.Since)
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
                turn.End(turn.State.ReachedPostCopy ? MigrationOutcome.CompletedPostCopy : MigrationOutcome.Completed, unreported);
                break;
            case Verdict.OnSource:
                turn.State = turn.State with
                {
                    JobEnd = turn.State.JobEnd ?? new JobEnd(JobResult.Failed, $"{turn.Source} runs the machine and no longer reports a migration of it"),
                };
                CleanUp(turn);
                break;
            case Verdict.Nowhere:
                turn.End(MigrationOutcome.Lost, $"neither {turn.Source} nor {turn.Destination} has the machine any more");
                break;
        }
    }

    private static string Failure(FlightState state) =>
        state.AbortWish?.Reason
        ?? (state.JobEnd is { Error.Length: > 0 } job ? job.Error : null)
        ?? (state.JobEnd is { Result: JobResult.Cancelled } ? "the job was cancelled outside the mesh" : state.Reason);
}
