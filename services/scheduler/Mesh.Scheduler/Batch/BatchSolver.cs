namespace Mesh.Scheduler.Batch;

/// <summary>
/// Places many items at once, so that the last one still fits: greedily, then by pushing items on to make room, and, where that leaves
/// some, by looking through all placements within a budget, which small problems never spend. The same problem always has the same answer.
/// </summary>
public static class BatchSolver
{
    // Looks at an item and a host: about a tenth of a second.
    private const long SearchBudget = 10_000_000;

    /// <summary>A placement with as many items as can be found room for, and links evenly loaded.</summary>
    /// <exception cref="ArgumentException">The parts of the problem do not fit together: different numbers of resources or hosts.</exception>
    public static BatchSolution Solve(BatchProblem problem)
    {
        ArgumentNullException.ThrowIfNull(problem);
        Require(problem);
        var board = new BatchBoard(problem);
        var placeable = Enumerable.Range(0, board.Items).Where(item => HasHost(board, item)).ToArray();
        var best = Heuristic(board, BatchBlocks.Of(problem, board, placeable), placeable);
        var isProven = board.Placed == placeable.Length || Search(problem, board, placeable, ref best);
        board.Restore(best);
        BatchBalance.Run(board);
        var placed = board.ToArray();
        return new(
            [.. placed.Select(host => host == BatchBoard.Nowhere ? null : (int?)host)],
            [.. Enumerable.Range(0, board.Items).Where(item => placed[item] == BatchBoard.Nowhere).Select(item => new BatchLeft(item, Why(problem, board, item)))],
            isProven);
    }

    private static bool HasHost(BatchBoard board, int item) => Enumerable.Range(0, board.Hosts).Any(host => board.Fits(item, host));

    private static int[] Heuristic(BatchBoard board, IReadOnlyList<int[]> blocks, int[] placeable)
    {
        var nothing = board.ToArray();
        var best = nothing;
        var most = -1;
        foreach (var place in new Action<BatchBoard, IReadOnlyList<int[]>>[] { BatchGreedy.Spread, BatchGreedy.Pack })
        {
            board.Restore(nothing);
            place(board, blocks);
            if (board.Placed < placeable.Length)
                BatchRepair.Run(board, placeable);
            if (board.Placed > most)
                (best, most) = (board.ToArray(), board.Placed);
            if (most == placeable.Length)
                break;
        }

        board.Restore(best);
        return best;
    }

    // First without any item left, then with one, and so on, as long as that would be better than what there is.
    private static bool Search(BatchProblem problem, BatchBoard board, int[] placeable, ref int[] best)
    {
        var left = placeable.Length - board.Placed;
        board.Restore([.. Enumerable.Repeat(BatchBoard.Nowhere, board.Items)]);
        var search = new BatchSearch(board, problem, placeable, SearchBudget);
        for (var leftMax = 0; leftMax < left && !search.IsSpent; leftMax++)
            if (search.Find(leftMax))
            {
                best = board.ToArray();
                return true;
            }

        return !search.IsSpent;
    }

    private static LeftBecause Why(BatchProblem problem, BatchBoard board, int item)
    {
        var allowed = Enumerable.Range(0, board.Hosts).Where(host => board.IsAllowed(item, host)).ToArray();
        if (allowed.Length == 0)
            return LeftBecause.NoHostAllowed;
        var empty = new BatchBoard(problem);
        if (!Array.Exists(allowed, host => empty.HasRoom(item, host)))
            return LeftBecause.TooLarge;
        return Array.Exists(allowed, host => board.HasRoom(item, host)) ? LeftBecause.Grouped : LeftBecause.NoRoomLeft;
    }

    private static void Require(BatchProblem problem)
    {
        var resources = problem.Hosts.Count == 0 ? 0 : problem.Hosts[0].Free.Count;
        if (problem.Hosts.Any(host => host.Free.Count != resources || host.LinkRate <= 0))
            throw new ArgumentException("every host has the same resources, and a link rate above zero", nameof(problem));
        if (problem.Items.Any(item => item.Allowed.Count != problem.Hosts.Count || (item.Costs is { } costs && costs.Count != problem.Hosts.Count)))
            throw new ArgumentException("every item says of each host whether it is allowed, and what it costs if it costs anything", nameof(problem));
        if (problem.Hosts.Count > 0 && problem.Items.Any(item => item.Demands.Count != resources))
            throw new ArgumentException($"every item has {resources} demands, as the hosts have resources", nameof(problem));
    }
}
