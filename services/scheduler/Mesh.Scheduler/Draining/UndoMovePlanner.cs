using Mesh.Contracts.Scheduling;
using Mesh.Scheduler.Checking;
using Mesh.Scheduler.Fleets;

namespace Mesh.Scheduler.Draining;

/// <summary>The way back of one machine that a drain has moved.</summary>
internal static class UndoMovePlanner
{
    /// <summary>Its move, or why it is stuck where it is; whether there is room for it is not looked at.</summary>
    public static (DrainMove? Move, BlockedVm? Stuck) Plan(FleetIndex fleet, DrainMove done)
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
            return (back with { State = DrainMoveState.Skipped, Message = $"{done.VmName} does not run any more" }, null);
        if (located.Host != done.To)
            return (back with { State = DrainMoveState.Skipped, Message = $"{done.VmName} is on {located.Host} now, not on {done.To} where the drain put it; it stays there" }, null);
        var refusals = Eligibility.CheckVm(fleet, located, DrainMigrationOptions.Default);
        return refusals.Count == 0 ? (back, null) : (null, DrainPlanner.CreateStuck(located, refusals));
    }
}
