using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Scheduler.Checking;

namespace Mesh.Scheduler.Draining;

/// <summary>
/// Carries out a drain: requests its migrations in order, records how they end, retries failures of hosts, adds VMs that appear on its hosts,
/// replans when the plan no longer holds, and ends when nothing is left to move.
/// </summary>
public static class DrainStateMachine
{
    private const string DrainCancelled = "the drain was cancelled";

    /// <summary>
    /// The next step of a drain. Call it whenever its VMs, hosts or migrations have changed, and from time to time; the same input gives the
    /// same result. A drain that is planned or completed stays as it is; running migrations of a cancelled one are followed to their end; a
    /// blocked one continues when one of its VMs becomes movable.
    /// </summary>
    /// <param name="drain">The drain as stored.</param>
    /// <param name="fleet">The fleet, with every unfinished migration.</param>
    /// <param name="ended">The drain's ended migrations, as far as they are known.</param>
    /// <param name="now">The time by the mesh's clock.</param>
    public static DrainStep Step(Drain drain, Fleet fleet, IReadOnlyList<MigrationView> ended, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(drain);
        ArgumentNullException.ThrowIfNull(fleet);
        ArgumentNullException.ThrowIfNull(ended);
        if (drain.State is DrainState.Planned or DrainState.Completed)
            return DrainStep.Unchanged(drain);
        var context = new DrainContext(drain, fleet, ended, now);
        IReadOnlyList<VmMove> moves = [.. drain.Moves.Select(move => FailIfBlocked(context, MoveReconciliation.Reconcile(context, move)))];
        return drain.State == DrainState.Cancelled ? ContinueCancelled(context, moves) : Continue(context, fleet, moves);
    }

    /// <summary>
    /// Cancels a drain: no further migration is requested, waiting ones are aborted, and running ones continue unless they are to be aborted
    /// too. A drain that has ended stays as it is. Whether its hosts are uncordoned is up to the caller.
    /// </summary>
    /// <param name="drain">The drain as stored.</param>
    /// <param name="abortRunning">Whether running migrations are aborted too.</param>
    /// <param name="unfinished">The unfinished migrations.</param>
    /// <param name="now">The time by the mesh's clock.</param>
    public static DrainStep Cancel(Drain drain, bool abortRunning, IReadOnlyList<MigrationView> unfinished, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(drain);
        ArgumentNullException.ThrowIfNull(unfinished);
        if (drain.State is not (DrainState.Running or DrainState.Blocked))
            return DrainStep.Unchanged(drain);
        var cancelled = drain with
        {
            State = DrainState.Cancelled,
            EndedAt = now,
            Moves = [.. drain.Moves.Select(move => move.State == DrainMoveState.Pending
                ? move with { State = DrainMoveState.Skipped, NotBefore = null, Message = DrainCancelled }
                : move)],
        };
        return DrainStep.Unchanged(cancelled) with
        {
            ToAbort = [.. unfinished.Where(migration => migration.Drain == drain.Id && (abortRunning || DrainMigrations.IsWaiting(migration))).Select(migration => migration.Id)],
        };
    }

    private static DrainStep Continue(DrainContext context, Fleet fleet, IReadOnlyList<VmMove> moves)
    {
        var drain = context.Drain;
        var (unplanned, blocked) = UnplannedVms.Find(context, moves);
        var rest = RemainingTime(context, moves);
        var isDue = Replanning.IsDue(context, moves, rest);
        IReadOnlyList<RescheduleMigration> rescheduled = [];
        if (isDue || unplanned.Count > 0)
        {
            var plan = Replanning.Replan(context, moves, unplanned);
            (moves, blocked, rescheduled) = (plan.Moves, [.. blocked, .. plan.Unplaced], plan.Rescheduled);
            if (isDue || plan.HasPlaced(unplanned))
            {
                rest = RemainingTime(context, moves);
                drain = drain with
                {
                    PlannedAt = context.Now,
                    Makespan = rest,
                    LowerBound = context.Timing.LowerBound(DrainTiming.Active(moves)),
                    ReplanCount = drain.ReplanCount + (isDue ? 1 : 0),
                };
            }
        }

        (moves, var requests) = MoveDispatch.Dispatch(context, moves);
        var state = DrainProgress.ComputeState(context, moves, blocked);
        var isPredictable = state == DrainState.Running && DrainTiming.Active(moves).All(move => DrainFleet.IsStateKnown(context.Fleet, move.From));
        return new(
            drain with { State = state, EndedAt = state == DrainState.Completed ? context.Now : null, Moves = moves, BlockedVms = blocked },
            new(DrainProgress.ComputePercent(moves, context.FindUnfinished), isPredictable ? context.Now + rest : null),
            requests,
            [],
            rescheduled,
            DrainProgress.ComputeCordons(context, fleet, moves),
            moves.Where(move => move.State == DrainMoveState.Pending && move.NotBefore > context.Now).Min(move => move.NotBefore));
    }

    private static TimeSpan RemainingTime(DrainContext context, IReadOnlyList<VmMove> moves) => MoveSchedule.Makespan(context.Timing.Schedule([.. DrainTiming.Active(moves)]));

    // Waiting migrations are aborted again, in case the first abort was lost; one that never reached the queue is not waited for.
    private static DrainStep ContinueCancelled(DrainContext context, IReadOnlyList<VmMove> moves)
    {
        VmMove[] settled = [.. moves.Select(move => move.State == DrainMoveState.Migrating && context.FindUnfinished(move) is null
            ? move with { State = DrainMoveState.Skipped, Message = DrainCancelled }
            : move)];
        return DrainStep.Unchanged(context.Drain with { Moves = settled }) with
        {
            Estimate = new(DrainProgress.ComputePercent(settled, context.FindUnfinished), ExpectedEnd: null),
            ToAbort = [.. context.Fleet.Fleet.Migrations.Where(migration => migration.Drain == context.Drain.Id && DrainMigrations.IsWaiting(migration)).Select(migration => migration.Id)],
        };
    }

    // A VM that was movable when it was planned and no longer is.
    private static VmMove FailIfBlocked(DrainContext context, VmMove move)
    {
        if (move.State != DrainMoveState.Pending || context.FindRunning(move.Vm) is not { } vm || !DrainFleet.IsStateKnown(context.Fleet, vm.Host))
            return move;
        var refusals = Eligibility.CheckVm(context.Fleet, vm, DrainMigrationOptions.Default);
        return DrainPlanner.IsBlocked(refusals)
            ? move with { State = DrainMoveState.Failed, NotBefore = null, Message = string.Join("; ", refusals.Select(refusal => refusal.Message)) }
            : move;
    }
}

/// <summary>
/// One step of a drain. The new state must be stored before anything is sent: every request's ID follows from it, so that all of them may be
/// sent again after a crash.
/// </summary>
/// <param name="Drain">The drain's new state.</param>
/// <param name="Estimate">Its progress and expected end.</param>
/// <param name="ToRequest">Migrations to request.</param>
/// <param name="ToAbort">Migrations to abort.</param>
/// <param name="ToReschedule">Queued migrations with a new destination.</param>
/// <param name="Cordons">New states of cordons.</param>
/// <param name="NextDue">When a step is due even if nothing changes; null for never.</param>
public sealed record DrainStep(
    Drain Drain,
    DrainEstimate Estimate,
    IReadOnlyList<RequestMigration> ToRequest,
    IReadOnlyList<MigrationId> ToAbort,
    IReadOnlyList<RescheduleMigration> ToReschedule,
    IReadOnlyList<(HostName Host, CordonState State)> Cordons,
    DateTimeOffset? NextDue)
{
    /// <summary>A step that does nothing.</summary>
    public static DrainStep Unchanged(Drain drain) => new(drain, DrainEstimate.FromPlan(drain), [], [], [], [], null);
}
