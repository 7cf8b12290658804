using Mesh.Agent.Simulated;
using Mesh.Contracts.Scheduling;
using Mesh.Scheduler.Draining;
using Mesh.Simulation.Worlds;

namespace Mesh.Simulation.Invariants;

/// <summary>A drain that is done has emptied its hosts; one that is stuck says why; one that is over stays so.</summary>
internal sealed class DrainsEmptyHosts : Invariant
{
    private readonly Dictionary<string, DrainState> _states = new(StringComparer.Ordinal);

    /// <summary>Watches what schedulers keep.</summary>
    public DrainsEmptyHosts(World world)
        : base(world) => world.SchedulerCommitted += CheckDrains;

    /// <inheritdoc />
    public override string Name => "drains empty their hosts, or say what keeps them from it";

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
            World.Trace.Add("drain", $"{drain.Id} is {drain.State}: {string.Join(", ", drain.Moves.Select(move => $"{move.VmName} {move.From} to {move.To} {move.State} {move.Message}"))}; stuck: {string.Join(", ", drain.BlockedVms.Select(stuck => stuck.VmName))}");
            if (before is DrainState.Completed or DrainState.Cancelled)
                Fail($"drain {drain.Id} was {before} and is {drain.State}");
            if (drain.State == DrainState.Completed)
                CheckDone(drain);
            else if (drain.State == DrainState.Blocked)
                CheckStuck(drain);
        }
    }

    // A machine that is moved past the mesh may come at any moment, and nobody in the mesh is asked.
    private void CheckDone(Drain drain)
    {
        World.GroundTruth.Refresh();
        foreach (var vm in World.Vms.Where(vm => !World.WasMigratedExternally(vm.Id)))
            if (drain.Undoes is null && World.GroundTruth.FindRunningHost(vm.Id) is { } host && drain.Hosts.Contains(host))
                Fail($"drain {drain.Id} is done, and {vm.Name} runs on {host}");
    }

    private void CheckStuck(Drain drain)
    {
        if (drain.BlockedVms.Count == 0)
            Fail($"drain {drain.Id} is stuck, and names no machine");
        foreach (var stuck in drain.BlockedVms.Where(stuck => stuck.Refusals.Count == 0 && stuck.Advice.Length == 0))
            Fail($"drain {drain.Id} is stuck with {stuck.VmName}, and does not say why");
    }
}
