namespace Mesh.Scheduler.Batch;

/// <summary>
/// Looks through all placements, the most constrained item first, for one that leaves no more than so many items: finds it if there is
/// one, unless its budget is spent before.
/// </summary>
internal sealed class BatchSearch
{
    private readonly BatchBoard _board;
    private readonly int[] _items;
    private readonly int[] _likeHost;
    private readonly int[] _likeItem;
    private readonly bool[] _isLeft;
    private long _budget;

    /// <summary>A search among the items given; all others stay nowhere.</summary>
    /// <param name="board">An empty board.</param>
    /// <param name="problem">The problem that the board is of.</param>
    /// <param name="items">The items.</param>
    /// <param name="budget">How many looks at an item and a host it may take.</param>
    public BatchSearch(BatchBoard board, BatchProblem problem, IReadOnlyList<int> items, long budget)
    {
        _board = board;
        _items = [.. items];
        _likeHost = BatchTwins.OfHosts(problem);
        _likeItem = BatchTwins.OfItems(problem);
        _isLeft = new bool[problem.Items.Count];
        _budget = budget;
    }

    public bool IsSpent => _budget <= 0;

    /// <summary>Whether there is a placement with no more items left; it is on the board then, which is empty otherwise.</summary>
    public bool Find(int leftMax) => Descend(_items.Length, leftMax);

    private bool Descend(int open, int leftMax)
    {
        if (open == 0)
            return true;
        if (IsSpent)
            return false;
        var (item, hosts) = MostConstrained();
        foreach (var host in hosts)
        {
            _board.Put(item, host);
            if (Descend(open - 1, leftMax))
                return true;
            _board.Take(item);
        }

        if (leftMax == 0)
            return false;
        _isLeft[item] = true;
        var found = Descend(open - 1, leftMax - 1);
        _isLeft[item] = false;
        return found;
    }

    // The open item with the fewest hosts; of items that are alike the first, so that the others are left before it is.
    private (int Item, List<int> Hosts) MostConstrained()
    {
        var (best, bestHosts) = (-1, new List<int>());
        foreach (var item in _items)
        {
            if (_isLeft[item] || _board.HostOf(item) != BatchBoard.Nowhere)
                continue;
            var hosts = Choices(item, best < 0 ? int.MaxValue : bestHosts.Count);
            if (hosts is null)
                continue;
            (best, bestHosts) = (item, hosts);
            if (hosts.Count == 0)
                break;
        }

        return (best, bestHosts);
    }

    // Null if there are not fewer than so many. Of empty hosts that are alike, only the first is worth a try.
    private List<int>? Choices(int item, int fewerThan)
    {
        _budget -= _board.Hosts;
        var hosts = new List<int>();
        if (TwinIsLeft(item))
            return hosts;
        for (var host = 0; host < _board.Hosts; host++)
        {
            if (!_board.Fits(item, host) || (_board.ItemsOn(host).Count == 0 && HasEmptyTwinBefore(host)))
                continue;
            hosts.Add(host);
            if (hosts.Count >= fewerThan)
                return null;
        }

        return hosts;
    }

    private bool HasEmptyTwinBefore(int host)
    {
        for (var other = _likeHost[host]; other < host; other++)
            if (_likeHost[other] == _likeHost[host] && _board.ItemsOn(other).Count == 0)
                return true;
        return false;
    }

    private bool TwinIsLeft(int item)
    {
        for (var other = _likeItem[item]; other < item; other++)
            if (_isLeft[other] && _likeItem[other] == _likeItem[item])
                return true;
        return false;
    }
}
