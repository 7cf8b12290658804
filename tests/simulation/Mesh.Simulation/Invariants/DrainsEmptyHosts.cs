using Mesh.Contracts.Scheduling;
using Mesh.Scheduler.Draining;
using Mesh.Simulation.Worlds;

namespace Mesh.Simulation.Invariants;

/// <summary>A completed drain has emptied its hosts, a blocked one reports why, and a completed or cancelled one stays so.</summary>
internal sealed class DrainsEmptyHosts : Invariant
{
    private readonly Dictionary<string, DrainState> _states = new(StringComparer.Ordinal);

    public DrainsEmptyHosts(World world)
        : base(world) => world.SchedulerCommitted += CheckDrains;

    /// <inheritdoc />
    public override string Name => "drains empty their hosts or report what blocks them";

    /// <inheritdoc />
    public override void AtEnd()
    {
        CheckDrains();
        foreach (var drain in World.SchedulerStore.ReadDrains())
            World.Trace.Add("drain", $"{drain.Id} is {drain.State}");
    }

    private void CheckDrains()
    {
        foreach (var drain in World.SchedulerStore.ReadDrains())
        {
            if (_states.TryGetValue(drain.Id, out var before) && before == drain.State)
                continue;
            _states[drain.Id] = drain.State;
            World.Trace.Add("drain", $"{drain.Id} is {drain.State}: {string.Join(", ", drain.Moves.Select(move => $"{move.VmName} {move.From} to {move.To} {move.State} {move.Message}"))}; blocked: {string.Join(", ", drain.BlockedVms.Select(blocked => blocked.VmName))}");
            if (before is DrainState.Completed or DrainState.Cancelled)
                Fail($"drain {drain.Id} was {before} and is now {drain.State}");
            if (drain.State == DrainState.Completed)
                CheckCompleted(drain);
            else if (drain.State == DrainState.Blocked)
                CheckBlocked(drain);
        }
    }

    // A VM that is migrated outside the mesh may arrive at any time.
    private void CheckCompleted(Drain drain)
    {
        World.GroundTruth.Refresh();
        foreach (var vm in World.Vms.Where(vm => !World.WasMigratedExternally(vm.Id)))
            if (drain.Undoes is null && World.GroundTruth.FindRunningHost(vm.Id) is { } host && drain.Hosts.Contains(host))
                Fail($"drain {drain.Id} is completed, but {vm.Name} runs on {host}");
    }

    private void CheckBlocked(Drain drain)
    {
        if (drain.BlockedVms.Count == 0)
            Fail($"drain {drain.Id} is blocked, but names no VM");
        foreach (var blocked in drain.BlockedVms.Where(blocked => blocked.Refusals.Count == 0 && blocked.Advice.Length == 0))
            Fail($"drain {drain.Id} is blocked by {blocked.VmName}, but does not report why");
    }
}
