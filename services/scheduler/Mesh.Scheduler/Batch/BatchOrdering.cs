namespace Mesh.Scheduler.Batch;

/// <summary>In which order items are placed: in blocks that must be together, those first that few hosts can take, then the largest.</summary>
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

    // The largest part that an item takes of what all hosts have free of a resource.
    private static double[] Sizes(BatchProblem problem)
    {
        var resources = problem.Hosts.Count == 0 ? 0 : problem.Hosts[0].Free.Count;
        var totals = Enumerable.Range(0, resources).Select(resource => Math.Max(1, problem.Hosts.Sum(host => (double)Math.Max(0, host.Free[resource])))).ToArray();
        return [.. problem.Items.Select(item => Enumerable.Range(0, resources).Select(resource => item.Demands[resource] / totals[resource]).DefaultIfEmpty().Max())];
    }
}
