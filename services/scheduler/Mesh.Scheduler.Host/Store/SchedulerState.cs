using Mesh.Contracts.Scheduling;

namespace Mesh.Scheduler.Host.Store;

/// <summary>What the scheduler keeps by itself; everything else it reads from the migrations service.</summary>
/// <param name="Cordons">Hosts that no machine may come to.</param>
/// <param name="Drains">Drains that there may be more to do for, the oldest first.</param>
/// <param name="Troubles">Failures that lower their hosts' ratings, the newest first.</param>
/// <param name="Histories">What earlier migrations told of machines.</param>
/// <param name="Rules">The placement rules that count.</param>
internal sealed record SchedulerState(
    IReadOnlyList<HostCordon> Cordons,
    IReadOnlyList<StoredDrain> Drains,
    IReadOnlyList<HostFailure> Troubles,
    IReadOnlyList<VmMigrationHistory> Histories,
    PlacementRules Rules);

/// <summary>A drain as it is kept.</summary>
/// <param name="Drain">The drain.</param>
/// <param name="Version">How often it was kept.</param>
internal sealed record StoredDrain(DrainView Drain, long Version)
{
    /// <summary>Whether it may still move machines.</summary>
    public bool IsOpen => Drain.State is DrainState.Running or DrainState.Blocked;

    /// <summary>Whether there may be more to do for it: what was under way when it was withdrawn is followed to its end.</summary>
    public bool IsActive => IsOpen || (Drain.State == DrainState.Cancelled && Drain.Moves.Any(move => move.State == DrainMoveState.Migrating));
}
