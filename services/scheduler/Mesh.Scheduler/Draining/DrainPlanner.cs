using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Hypervisor;
using Mesh.Scheduler.Batch;
using Mesh.Scheduler.Checking;
using Mesh.Scheduler.Fleets;

namespace Mesh.Scheduler.Draining;

/// <summary>Plans the emptying of hosts: which machines cannot move and why, where all others go, in which order, and how long that takes.</summary>
public static class DrainPlanner
{
    /// <summary>The plan, in state <see cref="DrainState.Planned"/>; nothing is changed. Hosts that the fleet does not know are empty.</summary>
    public static DrainView Plan(Fleet fleet, DrainHosts request, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(fleet);
        ArgumentNullException.ThrowIfNull(request);
        var index = DrainFleet.WithDraining(fleet, request.Hosts, request.Id, request.RequestedBy, now);
        var judged = request.Hosts.SelectMany(host => DrainFleet.RunningOn(index, host))
            .Where(vm => index.FindVm(vm.Vm.Id)?.Host == vm.Host)
            .Select(vm => (Vm: vm, Refusals: Eligibility.CheckVm(index, vm, DrainMigrationOptions.Default))).ToArray();
        var batch = BatchPlacement.Place(
            index, [.. judged.Where(pair => pair.Refusals.Count == 0).Select(pair => pair.Vm)], DrainMigrationOptions.Default, request.RelaxAffinity);
        var stuck = judged.Where(pair => IsStuck(pair.Refusals)).Select(pair => CreateStuck(pair.Vm, pair.Refusals))
            .Concat(batch.Unplaced.Select(left => CreateStuck(left.Vm, left.Refusals)));
        return WithSchedule(index, now, new()
        {
            Id = request.Id,
            Hosts = request.Hosts,
            State = DrainState.Planned,
            Parallel = request.Parallel,
            Order = request.Order,
            RelaxAffinity = request.RelaxAffinity,
            RequestedBy = request.RequestedBy,
            Reason = request.Reason,
            At = now,
            PlannedAt = now,
            Moves = [.. batch.Placed.Select(placed => CreateMove(placed.Vm, placed.To))],
            BlockedVms = [.. stuck],
            Makespan = TimeSpan.Zero,
            LowerBound = TimeSpan.Zero,
        });
    }

    /// <summary>
    /// The plan that brings machines back to where a drain took them from, in state <see cref="DrainState.Planned"/>. Machines that are not
    /// any more where the drain put them stay where they are; their moves are dropped from the start, and say so.
    /// </summary>
    /// <param name="drain">The drain to be undone.</param>
    /// <param name="fleet">The fleet.</param>
    /// <param name="request">Who asks, and under which identity.</param>
    /// <param name="now">The time by the mesh's clock.</param>
    public static DrainView PlanUndo(DrainView drain, Fleet fleet, UndoDrain request, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(drain);
        ArgumentNullException.ThrowIfNull(fleet);
        ArgumentNullException.ThrowIfNull(request);
        var index = DrainFleet.WithUncordoned(fleet, drain.Hosts);
        var candidates = drain.Moves.Where(move => move.State == DrainMoveState.Completed).Select(move => UndoMovePlanner.Plan(index, move)).ToArray();
        var moves = candidates.Select(candidate => candidate.Move).OfType<DrainMove>().ToArray();
        var left = BatchPlacement.PlaceBack(
            index, [.. moves.Where(move => move.State == DrainMoveState.Pending).Select(move => new PlacedVm(index.FindVm(move.Vm)!, move.To))], DrainMigrationOptions.Default).Unplaced;
        return WithSchedule(index, now, new()
        {
            Id = request.Id,
            Hosts = drain.Hosts,
            Undoes = drain.Id,
            State = DrainState.Planned,
            Parallel = drain.Parallel,
            Order = drain.Order,
            RelaxAffinity = drain.RelaxAffinity,
            RequestedBy = request.RequestedBy,
            Reason = $"undoes {drain.Id}",
            At = now,
            PlannedAt = now,
            Moves = [.. moves.Where(move => left.All(vm => vm.Vm.Vm.Id != move.Vm))],
            BlockedVms = [.. candidates.Select(candidate => candidate.Stuck).OfType<BlockedVm>(), .. left.Select(vm => CreateStuck(vm.Vm, vm.Refusals))],
            Makespan = TimeSpan.Zero,
            LowerBound = TimeSpan.Zero,
        });
    }

    /// <summary>A machine that is to be moved.</summary>
    internal static DrainMove CreateMove(LocatedVm vm, HostName to) => new()
    {
        Vm = vm.Vm.Id,
        VmName = vm.Vm.Name,
        From = vm.Host,
        To = to,
        DataSize = CopiedDisks.DataSize(vm.Vm, DrainMigrationOptions.Default),
        EstimatedDuration = TimeSpan.Zero,
    };

    /// <summary>A machine that cannot be.</summary>
    internal static BlockedVm CreateStuck(LocatedVm vm, IReadOnlyList<Refusal> refusals) =>
        new(vm.Vm.Id, vm.Vm.Name, vm.Host, refusals, DrainAdvice.Describe(vm, refusals));

    /// <summary>Whether a person has to do something. A machine that is moved already leaves by itself, or is looked at again when that is over.</summary>
    internal static bool IsStuck(IReadOnlyList<Refusal> refusals) =>
        refusals.Count > 0 && refusals.All(refusal => refusal.Code != RefusalCode.AlreadyMigrating);

    private static DrainView WithSchedule(FleetIndex fleet, DateTimeOffset now, DrainView drain)
    {
        var timing = new DrainTiming(fleet, drain.Parallel, now);
        var waiting = timing.Sort(drain.Moves.Where(move => move.State == DrainMoveState.Pending), drain.Order);
        var times = timing.Schedule(waiting);
        return drain with
        {
            Moves = [.. InStartOrder(waiting, times), .. drain.Moves.Where(move => move.State != DrainMoveState.Pending)],
            Makespan = MoveSchedule.Makespan(times),
            LowerBound = timing.LowerBound(waiting),
            ExpectedEnd = now + MoveSchedule.Makespan(times),
        };
    }

    /// <summary>The moves with their times, in the order in which they begin.</summary>
    internal static IEnumerable<DrainMove> InStartOrder(IReadOnlyList<DrainMove> moves, IReadOnlyList<MoveTimes> times) => moves
        .Select((move, number) => move with { StartOffset = times[number].StartsAfter, EstimatedDuration = times[number].Duration, Exclusive = times[number].IsExclusive })
        .OrderBy(move => move.StartOffset);
}
