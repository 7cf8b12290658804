using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Scheduler.Checking;

namespace Mesh.Scheduler.Draining;

/// <summary>
/// Carries a drain out: asks for its migrations in turn, takes note of how they end, tries again what failed through a host, takes up machines
/// that come to its hosts, plans anew when the plan does not hold, and ends when nothing is left that it could move.
/// </summary>
public static class DrainStateMachine
{
    /// <summary>
    /// What a drain does now. To be asked whenever something has happened to its machines, hosts or migrations, and from time to time; asked
    /// twice about the same, it says the same. A drain that is only planned, or is done, stays as it is; of one that was withdrawn, what was
    /// under way is followed to its end; one that is stuck goes on when a machine becomes movable again.
    /// </summary>
    /// <param name="drain">The drain as it was kept.</param>
    /// <param name="fleet">The fleet, with every unfinished migration.</param>
    /// <param name="ended">The drain's migrations that have ended, as far as they are known.</param>
    /// <param name="now">The time by the mesh's clock.</param>
    public static DrainStep Step(DrainView drain, Fleet fleet, IReadOnlyList<MigrationView> ended, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(drain);
        ArgumentNullException.ThrowIfNull(fleet);
        ArgumentNullException.ThrowIfNull(ended);
        if (drain.State is DrainState.Planned or DrainState.Completed)
            return DrainStep.Unchanged(drain);
        var context = new DrainContext(drain, fleet, ended, now);
        IReadOnlyList<DrainMove> moves = [.. drain.Moves.Select(move => FailIfBlocked(context, MoveReconciliation.Reconcile(context, move)))];
        return drain.State == DrainState.Cancelled ? ContinueWithdrawn(context, moves) : Continue(context, fleet, moves);
    }

    /// <summary>
    /// Gives a drain up: nothing more is begun, what waits is aborted, and what copies goes on unless that is to be aborted too. A drain that
    /// is over stays as it is. Whether its hosts may take machines again is the caller's to say.
    /// </summary>
    /// <param name="drain">The drain as it was kept.</param>
    /// <param name="abortRunning">Whether migrations that copy are aborted too.</param>
    /// <param name="unfinished">The unfinished migrations.</param>
    /// <param name="now">The time by the mesh's clock.</param>
    public static DrainStep Withdraw(DrainView drain, bool abortRunning, IReadOnlyList<MigrationView> unfinished, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(drain);
        ArgumentNullException.ThrowIfNull(unfinished);
        if (drain.State is not (DrainState.Running or DrainState.Blocked))
            return DrainStep.Unchanged(drain);
        var withdrawn = drain with
        {
            State = DrainState.Cancelled,
            EndedAt = now,
            ExpectedEnd = null,
            Moves = [.. drain.Moves.Select(move => move.State == DrainMoveState.Pending
                ? move with { State = DrainMoveState.Skipped, NotBefore = null, Message = "the drain was withdrawn" }
                : move)],
        };
        return DrainStep.Unchanged(withdrawn) with
        {
            ToAbort = [.. unfinished.Where(migration => migration.Drain == drain.Id && (abortRunning || DrainMigrations.IsWaiting(migration))).Select(migration => migration.Id)],
        };
    }

    private static DrainStep Continue(DrainContext context, Fleet fleet, IReadOnlyList<DrainMove> moves)
    {
        var drain = context.Drain;
        var (unplanned, stuck) = UnplannedVms.Find(context, moves);
        var rest = RemainingTime(context, moves);
        var isDue = Replanning.IsDue(context, moves, rest);
        IReadOnlyList<RescheduleMigration> rescheduled = [];
        if (isDue || unplanned.Count > 0)
        {
            var plan = Replanning.Replan(context, moves, unplanned);
            (moves, stuck, rescheduled) = (plan.Moves, [.. stuck, .. plan.Unplaced], plan.Rescheduled);
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
        var state = DrainProgress.ComputeState(context, moves, stuck);
        return new(
            drain with
            {
                State = state,
                EndedAt = state == DrainState.Completed ? context.Now : null,
                Moves = moves,
                BlockedVms = stuck,
                Progress = DrainProgress.ComputePercent(context, moves),
                ExpectedEnd = state == DrainState.Running && DrainTiming.Active(moves).All(move => DrainFleet.IsStateKnown(context.Fleet, move.From)) ? context.Now + rest : null,
            },
            requests,
            [],
            rescheduled,
            DrainProgress.ComputeCordons(context, fleet, moves),
            moves.Where(move => move.State == DrainMoveState.Pending && move.NotBefore > context.Now).Min(move => move.NotBefore));
    }

    private static TimeSpan RemainingTime(DrainContext context, IReadOnlyList<DrainMove> moves) => MoveSchedule.Makespan(context.Timing.Schedule([.. DrainTiming.Active(moves)]));

    // What waits is aborted again, in case the wish was lost; what was never heard of is not waited for.
    private static DrainStep ContinueWithdrawn(DrainContext context, IReadOnlyList<DrainMove> moves)
    {
        DrainMove[] settled = [.. moves.Select(move => move.State == DrainMoveState.Migrating && context.FindUnfinished(move) is null
            ? move with { State = DrainMoveState.Skipped, Message = "the drain was withdrawn" }
            : move)];
        return DrainStep.Unchanged(context.Drain with { Moves = settled, Progress = DrainProgress.ComputePercent(context, settled) }) with
        {
            ToAbort = [.. context.Fleet.Fleet.Migrations.Where(migration => migration.Drain == context.Drain.Id && DrainMigrations.IsWaiting(migration)).Select(migration => migration.Id)],
        };
    }

    // A machine that was movable when it was planned, and is not any more.
    private static DrainMove FailIfBlocked(DrainContext context, DrainMove move)
    {
        if (move.State != DrainMoveState.Pending || context.FindRunning(move.Vm) is not { } vm || !DrainFleet.IsStateKnown(context.Fleet, vm.Host))
            return move;
        var refusals = Eligibility.CheckVm(context.Fleet, vm, DrainMigrationOptions.Default);
        return DrainPlanner.IsStuck(refusals)
            ? move with { State = DrainMoveState.Failed, NotBefore = null, Message = string.Join("; ", refusals.Select(refusal => refusal.Message)) }
            : move;
    }
}
