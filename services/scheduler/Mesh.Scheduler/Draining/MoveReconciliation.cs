using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Core;

namespace Mesh.Scheduler.Draining;

/// <summary>Where a move stands, by what its migration has come to and where its machine is.</summary>
internal static class MoveReconciliation
{
    /// <summary>A move is not tried more often.</summary>
    public const int TriesMax = 5;

    public static DrainMove Reconcile(DrainContext context, DrainMove move) => move.State switch
    {
        DrainMoveState.Migrating => ReconcileMoving(context, move),
        DrainMoveState.Pending or DrainMoveState.Failed => ReconcileLocation(context, move),
        _ => move,
    };

    private static DrainMove ReconcileMoving(DrainContext context, DrainMove move)
    {
        if (context.FindUnfinished(move) is { } unfinished)
            return move with { To = unfinished.Destination ?? unfinished.Preferred ?? move.To };
        return context.FindEnded(move) is { } ended ? ReconcileEnded(context, move, ended) : ReconcileLocation(context, move);
    }

    private static DrainMove ReconcileEnded(DrainContext context, DrainMove move, MigrationView ended)
    {
        if (ended.Outcome is MigrationOutcome.Completed or MigrationOutcome.CompletedPostCopy)
            return move with { State = DrainMoveState.Completed, To = ended.Destination ?? move.To, NotBefore = null, Message = "" };
        if (ended.Outcome == MigrationOutcome.Lost)
            return Drop(move, ended.Reason);
        if (ReconcileLocation(context, move) is { State: DrainMoveState.Completed or DrainMoveState.Skipped } gone)
            return gone;
        var note = DescribeEnd(ended);
        if (context.Drain.State == DrainState.Cancelled)
            return Drop(move, note);
        var isHosts = ended.Outcome is MigrationOutcome.Failed or MigrationOutcome.Refused;
        if (!isHosts)
            return move with { State = DrainMoveState.Failed, NotBefore = null, Message = note };
        return move.Attempts >= TriesMax
            ? move with { State = DrainMoveState.Failed, NotBefore = null, Message = $"tried {move.Attempts} times, at last: {note}" }
            : move with { State = DrainMoveState.Pending, NotBefore = (ended.EndedAt ?? context.Now) + RetryDelay(context.Limits, move.Attempts), Message = note };
    }

    // By where the machine is, whoever has moved it or shut it down.
    private static DrainMove ReconcileLocation(DrainContext context, DrainMove move)
    {
        if (context.FindRunning(move.Vm) is { } running)
            return context.Empties(running.Host) ? move with { From = running.Host }
                : context.IsUndo && running.Host == move.From ? move
                : context.IsUndo && running.Host != move.To ? Drop(move, $"{move.VmName} is on {running.Host} now; it stays there")
                : move with { State = DrainMoveState.Completed, To = running.Host, NotBefore = null, Message = "" };
        return DrainFleet.IsStateKnown(context.Fleet, move.From) ? Drop(move, $"{move.VmName} does not run any more") : move;
    }

    private static DrainMove Drop(DrainMove move, string note) => move with { State = DrainMoveState.Skipped, NotBefore = null, Message = note };

    private static string DescribeEnd(MigrationView ended)
    {
        var why = ended.Reason.Length > 0 ? ended.Reason : string.Join("; ", ended.Refusals.Select(refusal => refusal.Message));
        return ended.Advice.Length > 0 ? $"{why}. {ended.Advice}" : why;
    }

    private static TimeSpan RetryDelay(SchedulingLimits limits, int attempts) =>
        new ExponentialBackoff(limits.BackoffInitial, limits.BackoffMax).DelayFor(attempts);
}
