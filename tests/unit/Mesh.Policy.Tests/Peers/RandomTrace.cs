using Mesh.Contracts.Policies;
using Mesh.Contracts.Values;
using Mesh.Policy.Model;
using Mesh.Policy.Tests.Following;
using Mesh.Policy.Traces;

namespace Mesh.Policy.Tests.Peers;

/// <summary>
/// Random migrations: passes of any length, rising and falling remaining data, stuck streams, moments at which nothing
/// remains, and VMs of many sizes. They need not be realistic, because a peer's rules do not depend on that.
/// </summary>
internal sealed class RandomTrace(int seed, double every)
{
    private static readonly double[] Gibibytes = [0.3, 0.5, 0.93132257461548, 1, 1.5, 1.9, 2, 2.5, 3.3, 4];

    private readonly Random _random = new(seed);
    private readonly List<TraceSample> _samples = [];
    private double _at;
    private long _processed;
    private long _bandwidth;

    /// <summary>A trace up to the first sample after <paramref name="until"/>.</summary>
    /// <param name="until">The end in seconds, as a function of the migrated VM.</param>
    public MigrationTrace Make(Func<PlanSubject, double> until)
    {
        var subject = Subject();
        var end = until(subject);
        var usual = _random.Next(20, 4000);
        var length = Math.Max(every, _random.NextDouble() * 30);
        var steadiness = _random.NextDouble();
        var isCalm = _random.Next(3) == 0;
        long pass = _random.Next(3) == 0 ? _random.Next(1, 50) : 1;
        _at = _random.Next(2) * every;
        _bandwidth = Mebi(_random.Next(20, 2000));
        for (var beginning = subject.Memory.Count; _at <= end; pass += _random.Next(6) == 0 ? _random.Next(1, 5) : 1)
        {
            CopyPass(pass, beginning, _at + (length * (isCalm ? 1 : _random.NextDouble() * 2)), end);
            if (_random.Next(40) == 0)
                Stick(pass, _at + (_random.NextDouble() * 250), end);
            if (_random.Next(60) == 0)
                usual = Math.Max(1, (int)(usual * 2 * _random.NextDouble()));
            beginning = _random.Next(25) == 0 ? 0 : Mebi(usual * (steadiness + ((1 - steadiness) * 2 * _random.NextDouble())));
        }

        return new MigrationTrace(subject, _samples);
    }

    private void CopyPass(long pass, long beginning, double until, double end)
    {
        var start = _at;
        var left = _random.NextDouble() * 0.3;
        do
        {
            var share = Math.Max(0, 1 - ((_at - start) / Math.Max(0.001, until - start) * (1 - left)));
            _processed += Math.Max(1, (long)(_bandwidth * every));
            Add(pass, (long)(beginning * share), (long)(_bandwidth * (0.7 + (_random.NextDouble() * 0.6))));
        }
        while (_at < until && _at <= end);
    }

    private void Stick(long pass, double until, double end)
    {
        var remaining = _samples[^1].Copy.Remaining.Count;
        var bandwidth = _random.Next(2) == 0 ? 0 : _bandwidth;
        while (_at < until && _at <= end)
            Add(pass, remaining, bandwidth);
    }

    private void Add(long pass, long remaining, long bandwidth)
    {
        _samples.Add(Given.Sample(
            TimeSpan.FromMilliseconds(Math.Round(_at * 1000)), pass, new Bytes(1L << 32), new Bytes(_processed), new Bytes(remaining), new BytesPerSecond(bandwidth), 1000, new Bytes(4096)));
        _at += every;
    }

    private PlanSubject Subject() => new(
        Size(), [.. Enumerable.Range(0, Math.Max(0, _random.Next(5) - 2)).Select(_ => Size())], 2,
        new PolicyPermissions { PostCopy = _random.Next(2) == 0, Suspend = _random.Next(2) == 0, Throttle = true, Compression = true });

    private Bytes Size() => _random.Next(3) == 0 ? new Bytes(_random.NextInt64(1L << 28, 4L << 30)) : Bytes.FromGibibytes(Gibibytes[_random.Next(Gibibytes.Length)]);

    private static long Mebi(double count) => (long)(count * (1 << 20));
}
