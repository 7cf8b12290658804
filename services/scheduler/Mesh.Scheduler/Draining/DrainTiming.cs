using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Scheduler.Fleets;
using Mesh.Scheduler.Predicting;

namespace Mesh.Scheduler.Draining;

/// <summary>Predicts when the moves of a drain start and how long they take.</summary>
internal sealed class DrainTiming(FleetIndex fleet, int? parallel, DateTimeOffset now)
{
    private readonly LinkLimits _links = LinkLimits.ForDrain(fleet, parallel);
    private readonly IReadOnlyDictionary<VmId, BytesPerSecond> _dirtyRates = MigrationPrediction.DirtyRates(fleet.Fleet);

    /// <summary>The moves that are not over: first those with a migration, then the pending ones, in their order.</summary>
    public static IEnumerable<VmMove> Active(IReadOnlyList<VmMove> moves) =>
        moves.Where(move => move.State == DrainMoveState.Migrating).Concat(moves.Where(move => move.State == DrainMoveState.Pending));

    /// <summary>The predicted duration of a move that has its links to itself.</summary>
    public TimeSpan DurationAlone(VmId vm, HostName from, HostName to, Bytes data) => MigrationPrediction.PreCopyDuration(data, _links.RateBetween(from, to), DirtyRate(vm));

    /// <summary>The moves in the order that was requested.</summary>
    public IReadOnlyList<VmMove> Sort(IEnumerable<VmMove> moves, DrainOrder order)
    {
        var timed = moves.Select(move => (Move: move, Duration: DurationAlone(move.Vm, move.From, move.To, move.DataSize)));
        var sorted = order switch
        {
            DrainOrder.ShortestFirst => timed.OrderBy(pair => pair.Duration).ThenBy(pair => pair.Move.VmName, StringComparer.Ordinal),
            DrainOrder.ByName => timed.OrderBy(pair => pair.Move.VmName, StringComparer.Ordinal),
            _ => timed.OrderByDescending(pair => pair.Duration).ThenBy(pair => pair.Move.VmName, StringComparer.Ordinal),
        };
        return [.. sorted.ThenBy(pair => pair.Move.Vm.Value).Select(pair => pair.Move)];
    }

    /// <summary>The start, counted from now, and duration of each move; of moves that can both start, the first in the list does.</summary>
    public IReadOnlyList<MoveTimes> Schedule(IReadOnlyList<VmMove> moves) => MoveSchedule.Build([.. moves.Select(ToPlannedMove)], _links);

    /// <summary>The least that any plan with these destinations would take.</summary>
    public TimeSpan LowerBound(IEnumerable<VmMove> moves) => DrainBounds.ComputeForPlan(moves.Select(ToPlannedMove), _links);

    private PlannedMove ToPlannedMove(VmMove move)
    {
        var view = move is { State: DrainMoveState.Migrating, Migration: { } id } ? fleet.FindMigration(id) : null;
        var isUnderWay = view is not null && !DrainMigrations.IsWaiting(view);
        return new()
        {
            From = move.From,
            To = move.To,
            DataSize = move.DataSize,
            DirtyRate = view?.Forecast?.DirtyRate ?? DirtyRate(move.Vm),
            NotBefore = move.State == DrainMoveState.Pending && move.NotBefore is { } at && at > now ? at - now : TimeSpan.Zero,
            IsUnderWay = isUnderWay,
            DoneFraction = isUnderWay ? view!.Progress.Value / 100.0 : 0,
            EndsAfter = isUnderWay ? view!.Forecast?.TimeToEnd : null,
        };
    }

    private BytesPerSecond? DirtyRate(VmId vm) => _dirtyRates.TryGetValue(vm, out var rate) ? rate : null;
}
