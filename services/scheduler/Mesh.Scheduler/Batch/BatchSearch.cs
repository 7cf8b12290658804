namespace Mesh.Scheduler.Batch;

/// <summary>
/// Looks through all placements, the most constrained item first, for one that leaves no more than so many items: finds it if there is
/// one, unless its budget is spent before.
/// </summary>
internal sealed class BatchSearch
{
    private readonly PlacementState _state;
    private readonly int[] _items;
    private readonly int[] _hostClass;
    private readonly int[] _itemClass;
    private readonly bool[] _isUnplaced;
    private long _budget;

    /// <summary>A search among the items given; all others stay nowhere.</summary>
    /// <param name="state">An empty board.</param>
    /// <param name="problem">The problem that the board is of.</param>
    /// <param name="items">The items.</param>
    /// <param name="budget">How many looks at an item and a host it may take.</param>
    public BatchSearch(PlacementState state, BatchProblem problem, IReadOnlyList<int> items, long budget)
    {
        _state = state;
        _items = [.. items];
        _hostClass = SymmetryBreaking.HostClasses(problem);
        _itemClass = SymmetryBreaking.ItemClasses(problem);
        _isUnplaced = new bool[problem.Items.Count];
        _budget = budget;
    }

    public bool IsBudgetSpent => _budget <= 0;

    /// <summary>Whether there is a placement with no more items left; it is on the board then, which is empty otherwise.</summary>
    public bool Find(int unplacedMax) => Descend(_items.Length, unplacedMax);

    private bool Descend(int open, int unplacedMax)
    {
        if (open == 0)
            return true;
        if (IsBudgetSpent)
            return false;
        var (item, hosts) = MostConstrained();
        foreach (var host in hosts)
        {
            _state.Assign(item, host);
            if (Descend(open - 1, unplacedMax))
                return true;
            _state.Unassign(item);
        }

        if (unplacedMax == 0)
            return false;
        _isUnplaced[item] = true;
        var found = Descend(open - 1, unplacedMax - 1);
        _isUnplaced[item] = false;
        return found;
    }

    // The open item with the fewest hosts; of items that are alike the first, so that the others are left before it is.
    private (int Item, List<int> Hosts) MostConstrained()
    {
        var (best, bestHosts) = (-1, new List<int>());
        foreach (var item in _items)
        {
            if (_isUnplaced[item] || _state.HostOf(item) != PlacementState.Unplaced)
                continue;
            var hosts = FindHosts(item, best < 0 ? int.MaxValue : bestHosts.Count);
            if (hosts is null)
                continue;
            (best, bestHosts) = (item, hosts);
            if (hosts.Count == 0)
                break;
        }

        return (best, bestHosts);
    }

    // Null if there are not fewer than so many. Of empty hosts that are alike, only the first is worth a try.
    private List<int>? FindHosts(int item, int fewerThan)
    {
        _budget -= _state.HostCount;
        var hosts = new List<int>();
        if (IsEquivalentUnplaced(item))
            return hosts;
        for (var host = 0; host < _state.HostCount; host++)
        {
            if (!_state.Fits(item, host) || (_state.ItemsOn(host).Count == 0 && HasEquivalentEmptyHostBefore(host)))
                continue;
            hosts.Add(host);
            if (hosts.Count >= fewerThan)
                return null;
        }

        return hosts;
    }

    private bool HasEquivalentEmptyHostBefore(int host)
    {
        for (var other = _hostClass[host]; other < host; other++)
            if (_hostClass[other] == _hostClass[host] && _state.ItemsOn(other).Count == 0)
                return true;
        return false;
    }

    private bool IsEquivalentUnplaced(int item)
    {
        for (var other = _itemClass[item]; other < item; other++)
            if (_isUnplaced[other] && _itemClass[other] == _itemClass[item])
                return true;
        return false;
    }
}
