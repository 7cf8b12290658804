namespace Mesh.Scheduler.Draining;

/// <summary>
/// How flows share links: each has as much as any other on its narrowest link, and what it cannot use there is the others' on its wider one
/// (max-min fairness, which is about what TCP streams come to).
/// </summary>
internal sealed class LinkFairShares
{
    private readonly double[] _rates;
    private readonly double[] _left;
    private readonly int[] _open;
    private readonly List<int> _used = [];

    /// <param name="rates">The rate of each link.</param>
    public LinkFairShares(IReadOnlyList<double> rates)
    {
        _rates = [.. rates];
        _left = new double[rates.Count];
        _open = new int[rates.Count];
    }

    /// <summary>The rate of each flow, given the two links that it passes. No link is given more than it carries.</summary>
    public double[] Compute(IReadOnlyList<(int Out, int In)> flows)
    {
        _used.Clear();
        foreach (var (first, second) in flows)
        {
            Activate(first);
            Activate(second);
        }

        var rates = new double[flows.Count];
        for (var open = flows.Count; open > 0;)
        {
            var narrowest = FindBottleneck();
            var share = Math.Max(1, _left[narrowest] / _open[narrowest]);
            for (var flow = 0; flow < rates.Length; flow++)
                if (rates[flow] <= 0 && (flows[flow].Out == narrowest || flows[flow].In == narrowest))
                {
                    rates[flow] = share;
                    open--;
                    Allocate(flows[flow].Out, share);
                    Allocate(flows[flow].In, share);
                }
        }

        return rates;
    }

    private void Activate(int link)
    {
        if (_open[link]++ > 0)
            return;
        _left[link] = _rates[link];
        _used.Add(link);
    }

    private int FindBottleneck()
    {
        var (narrowest, least) = (-1, double.MaxValue);
        foreach (var link in _used)
            if (_open[link] > 0 && _left[link] / _open[link] is var share && share < least)
                (narrowest, least) = (link, share);
        return narrowest;
    }

    private void Allocate(int link, double share)
    {
        _left[link] -= share;
        _open[link]--;
    }
}
