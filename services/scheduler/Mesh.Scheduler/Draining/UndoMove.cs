using Mesh.Contracts.Scheduling;
using Mesh.Scheduler.Checking;
using Mesh.Scheduler.Fleets;

namespace Mesh.Scheduler.Draining;

/// <summary>The way back of one machine that a drain has moved.</summary>
internal static class UndoMove
{
    /// <summary>Its move, or why it is stuck where it is; whether there is room for it is not looked at.</summary>
    public static (DrainMove? Move, StuckVm? Stuck) Of(FleetIndex fleet, DrainMove done)
    {
        var back = done with
        {
            From = done.To,
            To = done.From,
            State = DrainMoveState.Waiting,
            Migration = null,
            Tries = 0,
            NotBefore = null,
            Note = "",
        };
        if (fleet.Located(done.Vm) is not { } located || !DrainFleet.Runs(located, fleet))
            return (back with { State = DrainMoveState.Dropped, Note = $"{done.VmName} does not run any more" }, null);
        if (located.Host != done.To)
            return (back with { State = DrainMoveState.Dropped, Note = $"{done.VmName} is on {located.Host} now, not on {done.To} where the drain put it; it stays there" }, null);
        var refusals = Eligibility.OfVm(fleet, located, DrainOptions.Any);
        return refusals.Count == 0 ? (back, null) : (null, DrainPlanner.Stuck(located, refusals));
    }
}
