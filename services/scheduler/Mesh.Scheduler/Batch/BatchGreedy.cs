namespace Mesh.Scheduler.Batch;

/// <summary>Places one item after the other, the hardest to place first; items that must be together are placed as one block.</summary>
internal static class BatchGreedy
{
    /// <summary>Onto the host with the least transfer time and cost.</summary>
    public static void Spread(PlacementState state, IReadOnlyList<int[]> blocks)
    {
        var fair = FairSeconds(state);
        Place(state, blocks, (item, host) => ((state.LinkSeconds(host) + state.LinkSeconds(item, host)) / fair) + state.Cost(item, host));
    }

    /// <summary>Onto the host that has least left afterwards, so that larger items still fit later.</summary>
    public static void Pack(PlacementState state, IReadOnlyList<int[]> blocks) => Place(state, blocks, state.Slack);

    /// <summary>The transfer time of every link if the data were spread in proportion to the links' rates, in seconds; above zero.</summary>
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

    // As many items as possible of a block that does not fit on one host.
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

/// <summary>Orders items for placement: in blocks that must be together, those with the fewest possible hosts first, then the largest.</summary>
internal static class BatchOrdering
{
    public static IReadOnlyList<int[]> CreateBlocks(BatchProblem problem, PlacementState state, IReadOnlyList<int> items)
    {
        var head = Enumerable.Range(0, problem.Items.Count).ToArray();
        foreach (var group in problem.Together)
            foreach (var item in group)
                head[FindRoot(head, item)] = FindRoot(head, group[0]);
        var sizes = Sizes(problem);
        return [.. items.GroupBy(item => FindRoot(head, item))
            .Select(block => block.OrderByDescending(item => sizes[item]).ThenBy(item => item).ToArray())
            .OrderBy(block => block.Min(item => CountHosts(state, item)))
            .ThenByDescending(block => block.Sum(item => sizes[item]))
            .ThenByDescending(block => block.Sum(state.Load))
            .ThenBy(block => block[0])];
    }

    private static int FindRoot(int[] head, int item)
    {
        while (head[item] != item)
            item = head[item];
        return item;
    }

    private static int CountHosts(PlacementState state, int item) => Enumerable.Range(0, state.HostCount).Count(host => state.Fits(item, host));

    // The largest share of the free amount of a resource, over all hosts, that an item takes.
    private static double[] Sizes(BatchProblem problem)
    {
        var resources = problem.Hosts.Count == 0 ? 0 : problem.Hosts[0].Free.Count;
        var totals = Enumerable.Range(0, resources).Select(resource => Math.Max(1, problem.Hosts.Sum(host => (double)Math.Max(0, host.Free[resource])))).ToArray();
        return [.. problem.Items.Select(item => Enumerable.Range(0, resources).Select(resource => item.Demands[resource] / totals[resource]).DefaultIfEmpty().Max())];
    }
}
