namespace Mesh.Scheduler.Batch;

/// <summary>Places one item after the other, those first that are hardest to place; what must be together is placed in one piece.</summary>
internal static class BatchGreedy
{
    /// <summary>Onto the host whose link then has the least to take in, among those that are liked best.</summary>
    public static void Spread(PlacementState state, IReadOnlyList<int[]> blocks)
    {
        var fair = FairSeconds(state);
        Place(state, blocks, (item, host) => ((state.LinkSeconds(host) + state.LinkSeconds(item, host)) / fair) + state.Cost(item, host));
    }

    /// <summary>Onto the host where least room is left then, so that large items that come later still find some.</summary>
    public static void Pack(PlacementState state, IReadOnlyList<int[]> blocks) => Place(state, blocks, state.Slack);

    /// <summary>How long every link would take if all data were shared out in proportion to what the links carry; above zero.</summary>
    public static double FairSeconds(PlacementState state)
    {
        double data = 0, rate = 0;
        for (var item = 0; item < state.ItemCount; item++)
            data += state.Load(item);
        for (var host = 0; host < state.HostCount; host++)
            rate += state.LinkRate(host);
        return data > 0 && rate > 0 ? data / rate : 1;
    }

    private static void Place(PlacementState state, IReadOnlyList<int[]> blocks, Func<int, int, double> badness)
    {
        foreach (var block in blocks)
            if (!PlaceWhole(state, block, badness) && block.Length > 1)
                PlaceMost(state, block);
    }

    private static bool PlaceWhole(PlacementState state, int[] block, Func<int, int, double> badness)
    {
        var (best, least) = (PlacementState.Unplaced, double.MaxValue);
        for (var host = 0; host < state.HostCount; host++)
            if (state.Fits(block[0], host) && badness(block[0], host) is var bad && bad < least && (block.Length == 1 || CountFitting(state, block, host) == block.Length))
                (best, least) = (host, bad);
        return best != PlacementState.Unplaced && AssignFitting(state, block, best) == block.Length;
    }

    // Those of a block that cannot all be on one host: as many as possible of them.
    private static void PlaceMost(PlacementState state, int[] block)
    {
        var (best, most) = (PlacementState.Unplaced, 0);
        for (var host = 0; host < state.HostCount; host++)
            if (CountFitting(state, block, host) is var count && count > most)
                (best, most) = (host, count);
        if (best != PlacementState.Unplaced)
            AssignFitting(state, block, best);
    }

    private static int CountFitting(PlacementState state, int[] block, int host)
    {
        var count = AssignFitting(state, block, host);
        foreach (var item in block)
            if (state.HostOf(item) != PlacementState.Unplaced)
                state.Unassign(item);
        return count;
    }

    private static int AssignFitting(PlacementState state, int[] block, int host)
    {
        var count = 0;
        foreach (var item in block)
            if (state.HostOf(item) == PlacementState.Unplaced && state.Fits(item, host))
            {
                state.Assign(item, host);
                count++;
            }

        return count;
    }
}
