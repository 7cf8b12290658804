namespace Mesh.Scheduler.Batch;

/// <summary>Makes room for unplaced items: moves another item to where it also fits, which may move a third one.</summary>
internal static class BatchRepair
{
    private const int ChainMax = 3;

    // Per unplaced item; enough to try every item on every host once, and a good part of the chains.
    private const int StepsMax = 20_000;

    /// <summary>Places as many unplaced items as possible; every placed item stays placed.</summary>
    public static void Run(PlacementState state, IReadOnlyList<int> order)
    {
        foreach (var item in order)
            if (state.HostOf(item) == PlacementState.Unplaced)
            {
                var steps = StepsMax;
                for (var depth = 0; depth <= ChainMax && state.HostOf(item) == PlacementState.Unplaced && steps > 0; depth++)
                    if (!TryPlace(state, item, PlacementState.Unplaced, depth, ref steps) && depth == 1)
                        TryEvict(state, item);
            }
    }

    private static bool TryPlace(PlacementState state, int item, int notOn, int depth, ref int steps)
    {
        for (var host = 0; host < state.HostCount; host++)
            if (host != notOn && state.Fits(item, host))
            {
                state.Assign(item, host);
                return true;
            }

        if (depth == 0)
            return false;
        for (var host = 0; host < state.HostCount; host++)
            if (host != notOn && state.IsAllowed(item, host))
                foreach (var other in state.ItemsOn(host).ToArray())
                {
                    if (--steps <= 0)
                        return false;
                    state.Unassign(other);
                    if (state.Fits(item, host))
                    {
                        state.Assign(item, host);
                        if (TryPlace(state, other, host, depth - 1, ref steps))
                            return true;
                        state.Unassign(item);
                    }

                    state.Assign(other, host);
                }

        return false;
    }

    // A large item may need the room of several small ones.
    private static void TryEvict(PlacementState state, int item)
    {
        for (var host = 0; host < state.HostCount; host++)
        {
            if (!state.IsAllowed(item, host))
                continue;
            var before = state.ToArray();
            var moved = new List<int>();
            foreach (var other in state.ItemsOn(host).OrderByDescending(other => state.Slack(other, host)).ToArray())
            {
                if (state.Fits(item, host))
                    break;
                state.Unassign(other);
                moved.Add(other);
            }

            if (state.Fits(item, host))
            {
                state.Assign(item, host);
                moved.Reverse();
                if (moved.TrueForAll(other => AssignElsewhere(state, other)))
                    return;
            }

            state.Restore(before);
        }
    }

    private static bool AssignElsewhere(PlacementState state, int item)
    {
        var (best, least) = (PlacementState.Unplaced, double.MaxValue);
        for (var host = 0; host < state.HostCount; host++)
            if (state.Fits(item, host) && state.Slack(item, host) is var slack && slack < least)
                (best, least) = (host, slack);
        if (best == PlacementState.Unplaced)
            return false;
        state.Assign(item, best);
        return true;
    }
}
