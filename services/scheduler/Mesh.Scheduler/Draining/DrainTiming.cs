using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Scheduler.Fleets;
using Mesh.Scheduler.Predicting;

namespace Mesh.Scheduler.Draining;

/// <summary>How long the moves of a drain take, and when each has its turn.</summary>
internal sealed class DrainTiming(FleetIndex fleet, int? parallel, DateTimeOffset now)
{
    private readonly LinkLimits _links = LinkLimits.For(fleet, parallel);
    private readonly IReadOnlyDictionary<VmId, BytesPerSecond> _dirtyRates = MigrationPrediction.DirtyRates(fleet.Fleet);

    /// <summary>The moves that are not over: first those that were asked for, then those that wait, in their order.</summary>
    public static IEnumerable<DrainMove> Active(IReadOnlyList<DrainMove> moves) =>
        moves.Where(move => move.State == DrainMoveState.Migrating).Concat(moves.Where(move => move.State == DrainMoveState.Pending));

    /// <summary>How long a machine would take with its links to itself.</summary>
    public TimeSpan DurationAlone(VmId vm, HostName from, HostName to, Bytes data) => MigrationPrediction.PreCopyDuration(data, _links.RateBetween(from, to), DirtyRate(vm));

    /// <summary>The moves in the order that the drain wants.</summary>
    public IReadOnlyList<DrainMove> Sort(IEnumerable<DrainMove> moves, DrainOrder order)
    {
        var timed = moves.Select(move => (Move: move, Takes: DurationAlone(move.Vm, move.From, move.To, move.DataSize)));
        var sorted = order switch
        {
            DrainOrder.ShortestFirst => timed.OrderBy(pair => pair.Takes).ThenBy(pair => pair.Move.VmName, StringComparer.Ordinal),
            DrainOrder.ByName => timed.OrderBy(pair => pair.Move.VmName, StringComparer.Ordinal),
            _ => timed.OrderByDescending(pair => pair.Takes).ThenBy(pair => pair.Move.VmName, StringComparer.Ordinal),
        };
        return [.. sorted.ThenBy(pair => pair.Move.Vm.Value).Select(pair => pair.Move)];
    }

    /// <summary>When each of the moves that are not over begins from now on, and how long it takes; the earlier in the list has its turn first.</summary>
    public IReadOnlyList<MoveTimes> Schedule(IReadOnlyList<DrainMove> moves) => MoveSchedule.Build([.. moves.Select(ToPlannedMove)], _links);

    /// <summary>What no plan with these destinations could beat.</summary>
    public TimeSpan LowerBound(IEnumerable<DrainMove> moves) => DrainBounds.ComputeForPlan(moves.Select(ToPlannedMove), _links);

    private PlannedMove ToPlannedMove(DrainMove move)
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
