using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Core;

namespace Mesh.Scheduler.Draining;

/// <summary>Updates a move by the outcome of its migration and by where its VM is.</summary>
internal static class MoveReconciliation
{
    /// <summary>The most migrations for one move.</summary>
    public const int AttemptsMax = 5;

    public static VmMove Reconcile(DrainContext context, VmMove move) => move.State switch
    {
        DrainMoveState.Migrating => ReconcileMoving(context, move),
        DrainMoveState.Pending or DrainMoveState.Failed => ReconcileLocation(context, move),
        _ => move,
    };

    private static VmMove ReconcileMoving(DrainContext context, VmMove move)
    {
        if (context.FindUnfinished(move) is { } unfinished)
            return move with { To = unfinished.Destination ?? unfinished.Preferred ?? move.To };
        return context.FindEnded(move) is { } ended ? ReconcileEnded(context, move, ended) : ReconcileLocation(context, move);
    }

    private static VmMove ReconcileEnded(DrainContext context, VmMove move, MigrationView ended)
    {
        if (ended.Outcome is MigrationOutcome.Completed or MigrationOutcome.CompletedPostCopy)
            return move with { State = DrainMoveState.Completed, To = ended.Destination ?? move.To, NotBefore = null, Message = "" };
        if (ended.Outcome is MigrationOutcome.CompletedNotRunning)
            return move with { State = DrainMoveState.Completed, To = ended.Destination ?? move.To, NotBefore = null, Message = ended.Reason };
        if (ended.Outcome is MigrationOutcome.Lost or MigrationOutcome.GuestStopped)
            return Skip(move, ended.Reason);
        if (ReconcileLocation(context, move) is { State: DrainMoveState.Completed or DrainMoveState.Skipped } gone)
            return gone;
        var message = DescribeEnd(ended);
        if (context.Drain.State == DrainState.Cancelled)
            return Skip(move, message);
        var isRetryable = ended.Outcome is MigrationOutcome.Failed or MigrationOutcome.Refused;
        if (!isRetryable)
            return move with { State = DrainMoveState.Failed, NotBefore = null, Message = message };
        return move.Attempts >= AttemptsMax
            ? move with { State = DrainMoveState.Failed, NotBefore = null, Message = $"gave up after {move.Attempts} attempts: {message}" }
            : move with { State = DrainMoveState.Pending, NotBefore = (ended.EndedAt ?? context.Now) + RetryDelay(context.Limits, move.Attempts), Message = message };
    }

    // By where the VM is, whoever has moved it or shut it down.
    private static VmMove ReconcileLocation(DrainContext context, VmMove move)
    {
        if (context.FindRunning(move.Vm) is { } running)
            return context.Empties(running.Host) ? move with { From = running.Host }
                : context.IsUndo && running.Host == move.From ? move
                : context.IsUndo && running.Host != move.To ? Skip(move, $"{move.VmName} stays on {running.Host}: it is no longer on {move.From}")
                : move with { State = DrainMoveState.Completed, To = running.Host, NotBefore = null, Message = "" };
        return DrainFleet.IsStateKnown(context.Fleet, move.From) ? Skip(move, $"{move.VmName} is no longer running") : move;
    }

    private static VmMove Skip(VmMove move, string message) => move with { State = DrainMoveState.Skipped, NotBefore = null, Message = message };

    private static string DescribeEnd(MigrationView ended)
    {
        var why = ended.Reason.Length > 0 ? ended.Reason : string.Join("; ", ended.Refusals.Select(refusal => refusal.Message));
        return ended.Advice.Length > 0 ? $"{why}. {ended.Advice}" : why;
    }

    private static TimeSpan RetryDelay(SchedulingLimits limits, int attempts) =>
        new ExponentialBackoff(limits.BackoffInitial, limits.BackoffMax).DelayFor(attempts);
}
