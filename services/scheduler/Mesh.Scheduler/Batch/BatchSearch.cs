using System.Globalization;

namespace Mesh.Scheduler.Batch;

/// <summary>
/// Searches all placements, the most constrained item first, for one with at most a given number of unplaced items. Finds it if there is one,
/// unless its budget is spent first.
/// </summary>
internal sealed class BatchSearch
{
    private readonly PlacementState _state;
    private readonly int[] _items;
    private readonly int[] _hostClass;
    private readonly int[] _itemClass;
    private readonly bool[] _isUnplaced;
    private long _budget;

    /// <summary>A search over the given items; all others stay unplaced.</summary>
    /// <param name="state">An empty placement.</param>
    /// <param name="problem">The problem of that placement.</param>
    /// <param name="items">The items.</param>
    /// <param name="budget">How many pairs of item and host it may try.</param>
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

    /// <summary>Whether there is a placement with at most so many unplaced items; the state holds it then, and is empty otherwise.</summary>
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

    // The open item with the fewest hosts; of equivalent items the first.
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

    // Null if there are not fewer than so many. Of equivalent empty hosts, only the first is tried.
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

/// <summary>Finds hosts and items that are equivalent in resources and groups, so that only one of them has to be tried.</summary>
internal static class SymmetryBreaking
{
    /// <summary>For each host the first equivalent one: the same free resources, and the same items allowed.</summary>
    public static int[] HostClasses(BatchProblem problem) => Representatives(problem.Hosts.Count, host => string.Concat(
        Numbers(problem.Hosts[host].Free), "|", string.Concat(problem.Items.Select(item => item.Allowed[host] ? '1' : '0'))));

    /// <summary>For each item the first equivalent one: the same demands, allowed hosts and groups.</summary>
    public static int[] ItemClasses(BatchProblem problem) => Representatives(problem.Items.Count, item => string.Concat(
        Numbers(problem.Items[item].Demands), "|", string.Concat(problem.Items[item].Allowed.Select(allowed => allowed ? '1' : '0')),
        "|", Groups(problem.Apart, item), "|", Groups(problem.Together, item)));

    private static int[] Representatives(int count, Func<int, string> keyOf)
    {
        var firsts = new Dictionary<string, int>(StringComparer.Ordinal);
        var of = new int[count];
        for (var number = 0; number < count; number++)
        {
            var key = keyOf(number);
            if (!firsts.TryAdd(key, number))
                of[number] = firsts[key];
            else
                of[number] = number;
        }

        return of;
    }

    private static string Numbers(IReadOnlyList<long> numbers) => string.Join(',', numbers.Select(number => number.ToString(CultureInfo.InvariantCulture)));

    private static string Groups(IReadOnlyList<IReadOnlyList<int>> groups, int item) =>
        string.Join(',', Enumerable.Range(0, groups.Count).Where(group => groups[group].Contains(item)));
}
