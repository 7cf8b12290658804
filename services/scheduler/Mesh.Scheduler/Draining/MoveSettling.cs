using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;

namespace Mesh.Scheduler.Draining;

/// <summary>Where a move stands, by what its migration has come to and where its machine is.</summary>
internal static class MoveSettling
{
    /// <summary>A move is not tried more often.</summary>
    public const int TriesMax = 5;

    private const int DoublingsMax = 30;

    public static DrainMove Of(DrainMoment moment, DrainMove move) => move.State switch
    {
        DrainMoveState.Moving => OfMoving(moment, move),
        DrainMoveState.Waiting or DrainMoveState.Failed => OfPlace(moment, move),
        _ => move,
    };

    private static DrainMove OfMoving(DrainMoment moment, DrainMove move)
    {
        if (moment.Unfinished(move) is { } unfinished)
            return move with { To = unfinished.Destination ?? unfinished.Preferred ?? move.To };
        return moment.Ended(move) is { } ended ? OfEnd(moment, move, ended) : OfPlace(moment, move);
    }

    private static DrainMove OfEnd(DrainMoment moment, DrainMove move, MigrationView ended)
    {
        if (ended.Outcome is MigrationOutcome.Completed or MigrationOutcome.CompletedPostCopy)
            return move with { State = DrainMoveState.Done, To = ended.Destination ?? move.To, NotBefore = null, Note = "" };
        if (ended.Outcome == MigrationOutcome.Lost)
            return Dropped(move, ended.Reason);
        if (OfPlace(moment, move) is { State: DrainMoveState.Done or DrainMoveState.Dropped } gone)
            return gone;
        var note = Note(ended);
        if (moment.Drain.State == DrainState.Withdrawn)
            return Dropped(move, note);
        var isHosts = ended.Outcome is MigrationOutcome.Failed or MigrationOutcome.Refused;
        if (!isHosts)
            return move with { State = DrainMoveState.Failed, NotBefore = null, Note = note };
        return move.Tries >= TriesMax
            ? move with { State = DrainMoveState.Failed, NotBefore = null, Note = $"tried {move.Tries} times, at last: {note}" }
            : move with { State = DrainMoveState.Waiting, NotBefore = (ended.EndedAt ?? moment.Now) + Pause(moment.Limits, move.Tries), Note = note };
    }

    // By where the machine is, whoever has moved it or shut it down.
    private static DrainMove OfPlace(DrainMoment moment, DrainMove move)
    {
        if (moment.Running(move.Vm) is { } running)
            return moment.Empties(running.Host) ? move with { From = running.Host }
                : moment.IsUndo && running.Host == move.From ? move
                : moment.IsUndo && running.Host != move.To ? Dropped(move, $"{move.VmName} is on {running.Host} now; it stays there")
                : move with { State = DrainMoveState.Done, To = running.Host, NotBefore = null, Note = "" };
        return DrainFleet.IsKnown(moment.Fleet, move.From) ? Dropped(move, $"{move.VmName} does not run any more") : move;
    }

    private static DrainMove Dropped(DrainMove move, string note) => move with { State = DrainMoveState.Dropped, NotBefore = null, Note = note };

    private static string Note(MigrationView ended)
    {
        var why = ended.Reason.Length > 0 ? ended.Reason : string.Join("; ", ended.Refusals.Select(refusal => refusal.Message));
        return ended.Advice.Length > 0 ? $"{why}. {ended.Advice}" : why;
    }

    private static TimeSpan Pause(SchedulingLimits limits, int tries)
    {
        var seconds = limits.BackOffFirst.TotalSeconds * Math.Pow(2, Math.Clamp(tries - 1, 0, DoublingsMax));
        return TimeSpan.FromSeconds(Math.Clamp(seconds, 0, Math.Max(0, limits.BackOffMax.TotalSeconds)));
    }
}
