namespace Mesh.Scheduler.Batch;

/// <summary>A partial placement: where items are, and what still fits. Every change can be undone.</summary>
internal sealed class PlacementState
{
    /// <summary>The value of <see cref="HostOf"/> for an unplaced item.</summary>
    public const int Unplaced = -1;

    private readonly BatchProblem _problem;
    private readonly int _resources;
    private readonly long[] _free;
    private readonly long[] _demands;
    private readonly int[][] _apartOf;
    private readonly int[][] _togetherOf;
    private readonly int[] _apartCounts;
    private readonly int[] _togetherHosts;
    private readonly int[] _togetherCounts;
    private readonly int[] _hostOf;
    private readonly double[] _seconds;
    private readonly List<int>[] _itemsOn;

    public PlacementState(BatchProblem problem)
    {
        _problem = problem;
        var (items, hosts) = (problem.Items.Count, problem.Hosts.Count);
        _resources = hosts == 0 ? 0 : problem.Hosts[0].Free.Count;
        _free = [.. problem.Hosts.SelectMany(host => host.Free)];
        _demands = [.. problem.Items.SelectMany(item => item.Demands)];
        _apartOf = Memberships(problem.Apart, items);
        _togetherOf = Memberships(problem.Together, items);
        _apartCounts = new int[problem.Apart.Count * hosts];
        _togetherHosts = new int[problem.Together.Count];
        _togetherCounts = new int[problem.Together.Count];
        _hostOf = [.. Enumerable.Repeat(Unplaced, items)];
        _seconds = new double[hosts];
        _itemsOn = [.. Enumerable.Range(0, hosts).Select(_ => new List<int>())];
    }

    public int HostCount => _problem.Hosts.Count;

    public int ItemCount => _problem.Items.Count;

    public int PlacedCount { get; private set; }

    /// <summary>The host of an item, or <see cref="Unplaced"/>.</summary>
    public int HostOf(int item) => _hostOf[item];

    /// <summary>The items on a host, in no particular order.</summary>
    public IReadOnlyList<int> ItemsOn(int host) => _itemsOn[host];

    /// <summary>The transfer time of a host's link for everything placed there, in seconds.</summary>
    public double LinkSeconds(int host) => _seconds[host];

    /// <summary>The transfer time of a host's link for one item, in seconds.</summary>
    public double LinkSeconds(int item, int host) => _problem.Items[item].Load / _problem.Hosts[host].LinkRate;

    /// <summary>The data of an item, in bytes.</summary>
    public double Load(int item) => _problem.Items[item].Load;

    /// <summary>The inbound rate of a host's link, in bytes per second.</summary>
    public double LinkRate(int host) => _problem.Hosts[host].LinkRate;

    /// <summary>The cost of placing an item on a host.</summary>
    public double Cost(int item, int host) => _problem.Items[item].Costs is { } costs ? costs[host] : 0;

    public bool IsAllowed(int item, int host) => _problem.Items[item].Allowed[host];

    /// <summary>Whether an unplaced item can be placed on a host, beside the items there.</summary>
    public bool Fits(int item, int host) => IsAllowed(item, host) && HasCapacity(item, host) && GroupsAllow(item, host);

    public bool HasCapacity(int item, int host)
    {
        for (var resource = 0; resource < _resources; resource++)
            if (_demands[(item * _resources) + resource] is var demand and > 0 && demand > _free[(host * _resources) + resource])
                return false;
        return true;
    }

    public bool GroupsAllow(int item, int host)
    {
        foreach (var group in _apartOf[item])
            if (_apartCounts[(group * HostCount) + host] > 0)
                return false;
        foreach (var group in _togetherOf[item])
            if (_togetherCounts[group] > 0 && _togetherHosts[group] != host)
                return false;
        return true;
    }

    /// <summary>What is left of a host's scarcest resource after placing an item there, relative to the item's demand; 0 for an item without demands.</summary>
    public double Slack(int item, int host)
    {
        var least = double.MaxValue;
        for (var resource = 0; resource < _resources; resource++)
            if (_demands[(item * _resources) + resource] is var demand and > 0)
                least = Math.Min(least, (_free[(host * _resources) + resource] - demand) / (double)demand);
        return least < double.MaxValue ? least : 0;
    }

    /// <summary>Places an unplaced item on a host.</summary>
    public void Assign(int item, int host)
    {
        UpdateUsage(item, host, 1);
        _hostOf[item] = host;
        _itemsOn[host].Add(item);
        foreach (var group in _togetherOf[item])
            _togetherHosts[group] = host;
    }

    /// <summary>Removes an item from its host, and returns that host.</summary>
    public int Unassign(int item)
    {
        var host = _hostOf[item];
        UpdateUsage(item, host, -1);
        _hostOf[item] = Unplaced;
        _itemsOn[host].Remove(item);
        return host;
    }

    public int[] ToArray() => [.. _hostOf];

    /// <summary>Replaces the placement.</summary>
    public void Restore(int[] hostOf)
    {
        for (var item = 0; item < hostOf.Length; item++)
            if (_hostOf[item] != Unplaced)
                Unassign(item);
        for (var item = 0; item < hostOf.Length; item++)
            if (hostOf[item] != Unplaced)
                Assign(item, hostOf[item]);
    }

    private void UpdateUsage(int item, int host, int sign)
    {
        for (var resource = 0; resource < _resources; resource++)
            _free[(host * _resources) + resource] -= sign * _demands[(item * _resources) + resource];
        foreach (var group in _apartOf[item])
            _apartCounts[(group * HostCount) + host] += sign;
        foreach (var group in _togetherOf[item])
            _togetherCounts[group] += sign;
        _seconds[host] += sign * LinkSeconds(item, host);
        PlacedCount += sign;
    }

    private static int[][] Memberships(IReadOnlyList<IReadOnlyList<int>> groups, int items)
    {
        var of = Enumerable.Range(0, items).Select(_ => new List<int>()).ToArray();
        for (var group = 0; group < groups.Count; group++)
            foreach (var item in groups[group].Distinct())
                of[item].Add(group);
        return [.. of.Select(list => list.ToArray())];
    }
}
