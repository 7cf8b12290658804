using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Scheduler.Checking;

namespace Mesh.Scheduler.Draining;

/// <summary>
/// Carries a drain out: asks for its migrations in turn, takes note of how they end, tries again what failed through a host, takes up machines
/// that come to its hosts, plans anew when the plan does not hold, and ends when nothing is left that it could move.
/// </summary>
public static class DrainRule
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
        if (drain.State is DrainState.Planned or DrainState.Done)
            return DrainStep.Unchanged(drain);
        var moment = new DrainMoment(drain, fleet, ended, now);
        IReadOnlyList<DrainMove> moves = [.. drain.Moves.Select(move => Blocked(moment, MoveSettling.Of(moment, move)))];
        return drain.State == DrainState.Withdrawn ? Withdrawn(moment, moves) : GoOn(moment, fleet, moves);
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
        if (drain.State is not (DrainState.Running or DrainState.Stuck))
            return DrainStep.Unchanged(drain);
        var withdrawn = drain with
        {
            State = DrainState.Withdrawn,
            EndedAt = now,
            ExpectedEnd = null,
            Moves = [.. drain.Moves.Select(move => move.State == DrainMoveState.Waiting
                ? move with { State = DrainMoveState.Dropped, NotBefore = null, Note = "the drain was withdrawn" }
                : move)],
        };
        return DrainStep.Unchanged(withdrawn) with
        {
            ToAbort = [.. unfinished.Where(migration => migration.Drain == drain.Id && (abortRunning || DrainMigrations.Waits(migration))).Select(migration => migration.Id)],
        };
    }

    private static DrainStep GoOn(DrainMoment moment, Fleet fleet, IReadOnlyList<DrainMove> moves)
    {
        var drain = moment.Drain;
        var (newcomers, stuck) = Newcomers.Of(moment, moves);
        var rest = Rest(moment, moves);
        var isDue = Replanning.IsDue(moment, moves, rest);
        IReadOnlyList<RescheduleMigration> rescheduled = [];
        if (isDue || newcomers.Count > 0)
        {
            var plan = Replanning.Of(moment, moves, newcomers);
            (moves, stuck, rescheduled) = (plan.Moves, [.. stuck, .. plan.Left], plan.Rescheduled);
            if (isDue || plan.HasTaken(newcomers))
            {
                rest = Rest(moment, moves);
                drain = drain with
                {
                    PlannedAt = moment.Now,
                    Makespan = rest,
                    LowerBound = moment.Timing.LowerBound(DrainTiming.Active(moves)),
                    Replans = drain.Replans + (isDue ? 1 : 0),
                };
            }
        }

        (moves, var requests) = MoveFeeding.Of(moment, moves);
        var state = DrainEnd.StateOf(moment, moves, stuck);
        return new(
            drain with
            {
                State = state,
                EndedAt = state == DrainState.Done ? moment.Now : null,
                Moves = moves,
                Stuck = stuck,
                Progress = DrainEnd.Progress(moment, moves),
                ExpectedEnd = state == DrainState.Running && DrainTiming.Active(moves).All(move => DrainFleet.IsKnown(moment.Fleet, move.From)) ? moment.Now + rest : null,
            },
            requests,
            [],
            rescheduled,
            DrainEnd.Cordons(moment, fleet, moves),
            moves.Where(move => move.State == DrainMoveState.Waiting && move.NotBefore > moment.Now).Min(move => move.NotBefore));
    }

    private static TimeSpan Rest(DrainMoment moment, IReadOnlyList<DrainMove> moves) => MoveSchedule.Makespan(moment.Timing.Of([.. DrainTiming.Active(moves)]));

    // What waits is aborted again, in case the wish was lost; what was never heard of is not waited for.
    private static DrainStep Withdrawn(DrainMoment moment, IReadOnlyList<DrainMove> moves)
    {
        DrainMove[] settled = [.. moves.Select(move => move.State == DrainMoveState.Moving && moment.Unfinished(move) is null
            ? move with { State = DrainMoveState.Dropped, Note = "the drain was withdrawn" }
            : move)];
        return DrainStep.Unchanged(moment.Drain with { Moves = settled, Progress = DrainEnd.Progress(moment, settled) }) with
        {
            ToAbort = [.. moment.Fleet.Fleet.Migrations.Where(migration => migration.Drain == moment.Drain.Id && DrainMigrations.Waits(migration)).Select(migration => migration.Id)],
        };
    }

    // A machine that was movable when it was planned, and is not any more.
    private static DrainMove Blocked(DrainMoment moment, DrainMove move)
    {
        if (move.State != DrainMoveState.Waiting || moment.Running(move.Vm) is not { } vm || !DrainFleet.IsKnown(moment.Fleet, vm.Host))
            return move;
        var refusals = Eligibility.OfVm(moment.Fleet, vm, DrainOptions.Any);
        return DrainPlanner.IsStuck(refusals)
            ? move with { State = DrainMoveState.Failed, NotBefore = null, Note = string.Join("; ", refusals.Select(refusal => refusal.Message)) }
            : move;
    }
}
