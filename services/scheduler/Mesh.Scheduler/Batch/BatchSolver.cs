namespace Mesh.Scheduler.Batch;

/// <summary>
/// Places many items at once: greedily, then by moving items to make room, and, if some are still unplaced, by a search over all placements
/// within a budget that small problems never spend. The same problem always has the same solution.
/// </summary>
public static class BatchSolver
{
    // Pairs of item and host: about a tenth of a second.
    private const long SearchBudget = 10_000_000;

    /// <summary>A placement of as many items as possible, with evenly loaded links.</summary>
    /// <exception cref="ArgumentException">The problem is inconsistent: the numbers of resources or hosts differ.</exception>
    public static BatchSolution Solve(BatchProblem problem)
    {
        ArgumentNullException.ThrowIfNull(problem);
        Validate(problem);
        var state = new PlacementState(problem);
        var placeable = Enumerable.Range(0, state.ItemCount).Where(item => HasHost(state, item)).ToArray();
        var best = RunHeuristics(state, BatchOrdering.CreateBlocks(problem, state, placeable), placeable);
        var isProven = state.PlacedCount == placeable.Length || Search(problem, state, placeable, ref best);
        state.Restore(best);
        BatchBalance.Run(state);
        var placed = state.ToArray();
        return new(
            [.. placed.Select(host => host == PlacementState.Unplaced ? null : (int?)host)],
            [.. Enumerable.Range(0, state.ItemCount).Where(item => placed[item] == PlacementState.Unplaced).Select(item => new UnplacedItem(item, FindReason(problem, state, item)))],
            isProven);
    }

    private static bool HasHost(PlacementState state, int item) => Enumerable.Range(0, state.HostCount).Any(host => state.Fits(item, host));

    private static int[] RunHeuristics(PlacementState state, IReadOnlyList<int[]> blocks, int[] placeable)
    {
        var nothing = state.ToArray();
        var best = nothing;
        var most = -1;
        foreach (var place in new Action<PlacementState, IReadOnlyList<int[]>>[] { BatchGreedy.Spread, BatchGreedy.Pack })
        {
            state.Restore(nothing);
            place(state, blocks);
            if (state.PlacedCount < placeable.Length)
                BatchRepair.Run(state, placeable);
            if (state.PlacedCount > most)
                (best, most) = (state.ToArray(), state.PlacedCount);
            if (most == placeable.Length)
                break;
        }

        state.Restore(best);
        return best;
    }

    // First with no unplaced item, then with one, and so on, as long as that would be an improvement.
    private static bool Search(BatchProblem problem, PlacementState state, int[] placeable, ref int[] best)
    {
        var left = placeable.Length - state.PlacedCount;
        state.Restore([.. Enumerable.Repeat(PlacementState.Unplaced, state.ItemCount)]);
        var search = new BatchSearch(state, problem, placeable, SearchBudget);
        for (var unplacedMax = 0; unplacedMax < left && !search.IsBudgetSpent; unplacedMax++)
            if (search.Find(unplacedMax))
            {
                best = state.ToArray();
                return true;
            }

        return !search.IsBudgetSpent;
    }

    private static UnplacedReason FindReason(BatchProblem problem, PlacementState state, int item)
    {
        var allowed = Enumerable.Range(0, state.HostCount).Where(host => state.IsAllowed(item, host)).ToArray();
        if (allowed.Length == 0)
            return UnplacedReason.NoHostAllowed;
        var empty = new PlacementState(problem);
        if (!Array.Exists(allowed, host => empty.HasCapacity(item, host)))
            return UnplacedReason.TooLarge;
        return Array.Exists(allowed, host => state.HasCapacity(item, host)) ? UnplacedReason.GroupConflict : UnplacedReason.NoRoomLeft;
    }

    private static void Validate(BatchProblem problem)
    {
        var resources = problem.Hosts.Count == 0 ? 0 : problem.Hosts[0].Free.Count;
        if (problem.Hosts.Any(host => host.Free.Count != resources || host.LinkRate <= 0))
            throw new ArgumentException("every host must have the same resources and a link rate above zero", nameof(problem));
        if (problem.Items.Any(item => item.Allowed.Count != problem.Hosts.Count || (item.Costs is { } costs && costs.Count != problem.Hosts.Count)))
            throw new ArgumentException("every item must have one entry per host in Allowed, and in Costs if it has any", nameof(problem));
        if (problem.Hosts.Count > 0 && problem.Items.Any(item => item.Demands.Count != resources))
            throw new ArgumentException($"every item must have {resources} demands, one per resource of the hosts", nameof(problem));
    }
}
