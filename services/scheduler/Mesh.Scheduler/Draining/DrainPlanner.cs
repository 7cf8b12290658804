using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;
using Mesh.Hypervisor;
using Mesh.Scheduler.Batch;
using Mesh.Scheduler.Checking;
using Mesh.Scheduler.Fleets;

namespace Mesh.Scheduler.Draining;

/// <summary>Plans a drain: which VMs cannot move and why, where all others go, in which order, and how long that takes.</summary>
public static class DrainPlanner
{
    /// <summary>The plan, in state <see cref="DrainState.Planned"/>; nothing is changed. Unknown hosts count as empty.</summary>
    public static Drain Plan(Fleet fleet, DrainHosts request, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(fleet);
        ArgumentNullException.ThrowIfNull(request);
        var index = DrainFleet.WithDraining(fleet, request.Hosts, request.Id, request.RequestedBy, now);
        var judged = request.Hosts.SelectMany(host => DrainFleet.RunningOn(index, host))
            .Where(vm => index.FindVm(vm.Vm.Id)?.Host == vm.Host || index.Obstacles(vm.Vm.Id).Count > 0)
            .Select(vm => (Vm: vm, Refusals: Eligibility.CheckVm(index, vm, DrainMigrationOptions.Default))).ToArray();
        var batch = BatchPlacement.Place(
            index, [.. judged.Where(pair => pair.Refusals.Count == 0).Select(pair => pair.Vm)], DrainMigrationOptions.Default, request.RelaxAffinity);
        var blocked = judged.Where(pair => IsBlocked(pair.Refusals)).Select(pair => CreateBlocked(pair.Vm, pair.Refusals))
            .Concat(batch.Unplaced.Select(left => CreateBlocked(left.Vm, left.Refusals)))
            .Concat(DrainFleet.InvalidVms(index, request.Hosts)).DistinctBy(vm => (vm.Vm, vm.VmName, vm.Host));
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
            RequestedAt = now,
            PlannedAt = now,
            Moves = [.. batch.Placed.Select(placed => CreateMove(placed.Vm, placed.To))],
            BlockedVms = [.. blocked],
            Makespan = TimeSpan.Zero,
            LowerBound = TimeSpan.Zero,
        });
    }

    /// <summary>
    /// The plan that brings VMs back to the hosts that a drain moved them from, in state <see cref="DrainState.Planned"/>. VMs that are no
    /// longer where the drain put them stay where they are; their moves are skipped from the start, with a message.
    /// </summary>
    /// <param name="drain">The drain to undo.</param>
    /// <param name="fleet">The fleet.</param>
    /// <param name="request">The request, with the new drain's ID.</param>
    /// <param name="now">The time by the mesh's clock.</param>
    public static Drain PlanUndo(Drain drain, Fleet fleet, UndoDrain request, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(drain);
        ArgumentNullException.ThrowIfNull(fleet);
        ArgumentNullException.ThrowIfNull(request);
        var index = DrainFleet.WithUncordoned(fleet, drain.Hosts);
        var candidates = drain.Moves.Where(move => move.State == DrainMoveState.Completed).Select(move => PlanReturn(index, move)).ToArray();
        var moves = candidates.Select(candidate => candidate.Move).OfType<VmMove>().ToArray();
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
            RequestedAt = now,
            PlannedAt = now,
            Moves = [.. moves.Where(move => left.All(vm => vm.Vm.Vm.Id != move.Vm))],
            BlockedVms = [.. candidates.Select(candidate => candidate.Blocked).OfType<UnmovableVm>(), .. left.Select(vm => CreateBlocked(vm.Vm, vm.Refusals))],
            Makespan = TimeSpan.Zero,
            LowerBound = TimeSpan.Zero,
        });
    }

    /// <summary>The move of a VM.</summary>
    internal static VmMove CreateMove(LocatedVm vm, HostName to) => new()
    {
        Vm = vm.Vm.Id,
        VmName = vm.Vm.Name,
        From = vm.Host,
        To = to,
        DataSize = CopiedDisks.DataSize(vm.Vm, DrainMigrationOptions.Default),
        EstimatedDuration = TimeSpan.Zero,
    };

    /// <summary>A VM that cannot be moved.</summary>
    internal static UnmovableVm CreateBlocked(LocatedVm vm, IReadOnlyList<Refusal> refusals) =>
        new(vm.Vm.Id, vm.Vm.Name, vm.Host, refusals, DrainAdvice.Describe(vm, refusals));

    /// <summary>Whether an operator has to act. A VM that is already migrating leaves anyway, or is checked again when its migration has ended.</summary>
    internal static bool IsBlocked(IReadOnlyList<Refusal> refusals) =>
        refusals.Count > 0 && refusals.All(refusal => refusal.Code != RefusalCode.AlreadyMigrating);

    /// <summary>The moves with their planned times, in the order in which they start.</summary>
    internal static IEnumerable<VmMove> InStartOrder(IReadOnlyList<VmMove> moves, IReadOnlyList<MoveTimes> times) => moves
        .Select((move, number) => move with { StartOffset = times[number].StartsAfter, EstimatedDuration = times[number].Duration, Exclusive = times[number].IsExclusive })
        .OrderBy(move => move.StartOffset);

    // The move back, or why the VM is blocked; whether the host has room for it is checked for all of them together.
    private static (VmMove? Move, UnmovableVm? Blocked) PlanReturn(FleetIndex fleet, VmMove done)
    {
        var back = done with
        {
            From = done.To,
            To = done.From,
            State = DrainMoveState.Pending,
            Migration = null,
            Attempts = 0,
            NotBefore = null,
            Message = "",
        };
        if (fleet.FindVm(done.Vm) is not { } located || !DrainFleet.IsRunning(located, fleet))
            return (back with { State = DrainMoveState.Skipped, Message = $"{done.VmName} is no longer running" }, null);
        if (located.Host != done.To)
            return (back with { State = DrainMoveState.Skipped, Message = $"{done.VmName} stays on {located.Host}: it is no longer on {done.To}, where the drain moved it" }, null);
        var refusals = Eligibility.CheckVm(fleet, located, DrainMigrationOptions.Default);
        return refusals.Count == 0 ? (back, null) : (null, CreateBlocked(located, refusals));
    }

    private static Drain WithSchedule(FleetIndex fleet, DateTimeOffset now, Drain drain)
    {
        var timing = new DrainTiming(fleet, drain.Parallel, now);
        var waiting = timing.Sort(drain.Moves.Where(move => move.State == DrainMoveState.Pending), drain.Order);
        var times = timing.Schedule(waiting);
        return drain with
        {
            Moves = [.. InStartOrder(waiting, times), .. drain.Moves.Where(move => move.State != DrainMoveState.Pending)],
            Makespan = MoveSchedule.Makespan(times),
            LowerBound = timing.LowerBound(waiting),
        };
    }
}
