namespace Mesh.Scheduler.Predicting;

/// <summary>A flow of data over the outbound link of one host and the inbound link of another.</summary>
/// <param name="Outbound">The number of the outbound link; null if its capacity is unknown, so that it limits nothing.</param>
/// <param name="Inbound">The number of the inbound link; null likewise.</param>
/// <param name="Limit">The flow's own limit, in bytes per second.</param>
internal sealed record LinkFlow(int? Outbound, int? Inbound, double Limit = double.MaxValue);

/// <summary>
/// Shares links among flows by max-min fairness, which is about what TCP streams arrive at: all rates rise together until a flow reaches its
/// limit or one of its links is full; such flows keep their rate, and the others rise further.
/// </summary>
internal sealed class FairShareAllocator
{
    private readonly double[] _rates;
    private readonly double[] _left;
    private readonly int[] _open;
    private readonly List<int> _used = [];

    /// <param name="rates">The capacity of each link, in bytes per second.</param>
    public FairShareAllocator(IReadOnlyList<double> rates)
    {
        _rates = [.. rates];
        _left = new double[rates.Count];
        _open = new int[rates.Count];
    }

    /// <summary>The rate of each flow, in bytes per second; at least 1. No link carries more than its capacity, as far as that minimum allows.</summary>
    public double[] Allocate(IReadOnlyList<LinkFlow> flows)
    {
        _used.Clear();
        foreach (var flow in flows)
        {
            Activate(flow.Outbound);
            Activate(flow.Inbound);
        }

        var rates = new double[flows.Count];
        for (var open = flows.Count; open > 0;)
        {
            var (bottleneck, share) = FindBottleneck();
            var limit = MinLimit(flows, rates);
            var rate = Math.Max(1, Math.Min(share, limit));
            for (var flow = 0; flow < rates.Length; flow++)
                if (rates[flow] <= 0 && (limit < share ? flows[flow].Limit <= limit : bottleneck is null || flows[flow].Outbound == bottleneck || flows[flow].Inbound == bottleneck))
                {
                    rates[flow] = rate;
                    open--;
                    Allocate(flows[flow].Outbound, rate);
                    Allocate(flows[flow].Inbound, rate);
                }
        }

        return rates;
    }

    private void Activate(int? link)
    {
        if (link is not { } number || _open[number]++ > 0)
            return;
        _left[number] = _rates[number];
        _used.Add(number);
    }

    private (int? Link, double Share) FindBottleneck()
    {
        (int? bottleneck, var least) = (null, double.MaxValue);
        foreach (var link in _used)
            if (_open[link] > 0 && _left[link] / _open[link] is var share && share < least)
                (bottleneck, least) = (link, share);
        return (bottleneck, least);
    }

    private static double MinLimit(IReadOnlyList<LinkFlow> flows, double[] rates)
    {
        var least = double.MaxValue;
        for (var flow = 0; flow < rates.Length; flow++)
            if (rates[flow] <= 0)
                least = Math.Min(least, flows[flow].Limit);
        return least;
    }

    private void Allocate(int? link, double rate)
    {
        if (link is not { } number)
            return;
        _left[number] -= rate;
        _open[number]--;
    }
}
