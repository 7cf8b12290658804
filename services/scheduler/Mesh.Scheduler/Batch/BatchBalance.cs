namespace Mesh.Scheduler.Batch;

/// <summary>Evens out the transfer times of the hosts' links, because the slowest link decides the makespan.</summary>
internal static class BatchBalance
{
    // In fair shares; a smaller gain is not worth a step.
    private const double MinGain = 1e-3;

    /// <summary>Moves items off the host with the slowest link, or exchanges them for smaller ones, as long as that helps.</summary>
    public static void Run(PlacementState state)
    {
        var fair = BatchGreedy.FairSeconds(state);
        for (var step = 0; step < 4 * state.ItemCount; step++)
            if (Slowest(state) is var slowest && (state.LinkSeconds(slowest) <= (1 + MinGain) * fair || (!TryMove(state, slowest, fair) && !TryExchange(state, slowest, fair))))
                return;
    }

    private static int Slowest(PlacementState state)
    {
        var slowest = 0;
        for (var host = 1; host < state.HostCount; host++)
            if (state.LinkSeconds(host) > state.LinkSeconds(slowest))
                slowest = host;
        return slowest;
    }

    private static bool TryMove(PlacementState state, int from, double fair)
    {
        var (bestItem, bestHost, most) = (-1, -1, MinGain);
        foreach (var item in state.ItemsOn(from).ToArray())
        {
            if (state.Load(item) <= 0)
                continue;
            for (var host = 0; host < state.HostCount; host++)
                if (host != from && Gain(state, from, item, host, PlacementState.Unplaced, fair) is var gain && gain > most && FitsInstead(state, item, host))
                    (bestItem, bestHost, most) = (item, host, gain);
        }

        if (bestItem < 0)
            return false;
        state.Unassign(bestItem);
        state.Assign(bestItem, bestHost);
        return true;
    }

    private static bool FitsInstead(PlacementState state, int item, int host)
    {
        var from = state.Unassign(item);
        var fits = state.Fits(item, host);
        state.Assign(item, from);
        return fits;
    }

    private static bool TryExchange(PlacementState state, int from, double fair)
    {
        foreach (var item in state.ItemsOn(from).ToArray())
            for (var host = 0; host < state.HostCount; host++)
                if (host != from && state.IsAllowed(item, host) && state.LinkSeconds(host) < state.LinkSeconds(from))
                    foreach (var other in state.ItemsOn(host).ToArray())
                        if (Gain(state, from, item, host, other, fair) > MinGain && state.IsAllowed(other, from) && TryExchange(state, item, other))
                            return true;
        return false;
    }

    private static bool TryExchange(PlacementState state, int item, int other)
    {
        var (from, host) = (state.Unassign(item), state.Unassign(other));
        if (state.Fits(item, host))
        {
            state.Assign(item, host);
            if (state.Fits(other, from))
            {
                state.Assign(other, from);
                return true;
            }

            state.Unassign(item);
        }

        state.Assign(item, from);
        state.Assign(other, host);
        return false;
    }

    // By how much the slower of both links improves, in fair shares, minus the increase of the items' costs.
    private static double Gain(PlacementState state, int from, int item, int to, int other, double fair)
    {
        var isExchange = other != PlacementState.Unplaced;
        var after = Math.Max(
            state.LinkSeconds(from) - state.LinkSeconds(item, from) + (isExchange ? state.LinkSeconds(other, from) : 0),
            state.LinkSeconds(to) + state.LinkSeconds(item, to) - (isExchange ? state.LinkSeconds(other, to) : 0));
        var cost = state.Cost(item, to) - state.Cost(item, from) + (isExchange ? state.Cost(other, from) - state.Cost(other, to) : 0);
        return ((state.LinkSeconds(from) - after) / fair) - cost;
    }
}
