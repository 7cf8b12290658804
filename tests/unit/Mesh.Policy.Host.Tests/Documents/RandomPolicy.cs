using Mesh.Contracts.Policies;
using Mesh.Contracts.Values;

namespace Mesh.Policy.Host.Tests.Documents;

/// <summary>A policy with random valid contents; the same seed gives the same policy.</summary>
internal sealed class RandomPolicy
{
    private static readonly string[] Texts =
    [
        "plain words", "true", "null", "~", "3", "1e5", "- a: b # c", "'quoted' \"twice\"", "%", "@", "a: b", "[x", "two\nlines", "three\n\n  indented\nlines", "ends with:",
        "é ü 日本 😀", "tab\there", "back\\slash", "*star", "&and", "!tag", "? what", "| bar", "> more", "trailing\\", "NaN", "yes",
    ];

    private readonly Random _random;

    private RandomPolicy(int seed) => _random = new Random(seed);

    public static MigrationPolicy FromSeed(int seed) => new RandomPolicy(seed).Make();

    private MigrationPolicy Make()
    {
        var isParallel = Chance();
        var permits = new PolicyPermissions { Throttle = Chance(), PostCopy = Chance() && !isParallel, Suspend = Chance(), Compression = Chance() };
        var detector = Maybe(() => new StallDetector
        {
            Margin = Percent(0, 100),
            Window = Duration(),
            PatienceFactor = _random.Next(1, 101) / 100.0,
            SearchLocalMinimum = Chance(),
            BandwidthWeight = _random.Next(1, 1001) / 1000.0,
            PreCopyFactor = 1 + _random.NextDouble(),
            CompletionFactor = _random.Next(1, 1001),
        });
        var (limits, budget) = (Limits(), detector is null ? Maybe(Downtime()) : Downtime());
        return new MigrationPolicy
        {
            Name = Pick("a", "0", "12", "true", "null", "gold-1", new string('z', 63)),
            Description = Pick(Texts),
            Select = Maybe(() => Enumerable.Range(0, _random.Next(1, 4)).ToDictionary(number => $"{Pick(Texts)}{number}", _ => Pick(Texts), StringComparer.Ordinal)),
            Interval = Maybe(TimeSpan.FromMilliseconds(_random.Next(1, 3_600_001))),
            Start = Start(permits, isParallel, budget),
            Steps = [.. Enumerable.Range(0, _random.Next(0, 5)).Select(_ => Step(permits, limits))],
            CatchUp = Chance(),
            StallDetector = detector,
            Adaptive = detector is null
                ? Maybe(() => new AdaptiveRule { MinPasses = _random.Next(2, 100), ChangeInterval = Duration(), ThrottleMax = Percent(1, 99), NonConvergenceTimeout = Duration() })
                : null,
            LastResort = [.. LastResort(permits)],
            Limits = limits,
            DowntimeBudget = budget,
            Permits = permits,
            Concurrency = new PolicyConcurrency
            {
                Cluster = Maybe(_random.Next(1, 100_001)),
                OutboundPerHost = Maybe(_random.Next(1, 100)),
                InboundPerHost = Maybe(_random.Next(1, 100)),
            },
        };
    }

    private PolicyStart Start(PolicyPermissions permits, bool isParallel, TimeSpan? budget)
    {
        var downtime = Downtime();
        var isConverging = permits.Throttle && Chance();
        return new PolicyStart
        {
            MaxDowntime = Maybe(downtime > budget ? budget.Value : downtime),
            Bandwidth = Maybe(Rate()),
            PostCopyBandwidth = permits.PostCopy ? Maybe(Rate()) : null,
            AutoConverge = isConverging,
            AutoConvergeInitial = isConverging ? Maybe(Percent(1, 99)) : null,
            AutoConvergeIncrement = isConverging ? Maybe(Percent(1, 99)) : null,
            PostCopy = permits.PostCopy,
            Compression = !permits.Compression ? [] : isParallel ? [Pick("zlib", "zstd")] : ["xbzrle"],
            ParallelConnections = isParallel ? _random.Next(1, 256) : null,
        };
    }

    private PolicyStep Step(PolicyPermissions permits, PolicyLimits limits)
    {
        PolicyAction[] actions =
        [
            new() { Kind = PolicyActionKind.SetDowntime, Downtime = Downtime() },
            new() { Kind = PolicyActionKind.SetDowntime, DowntimeFactor = 1.5 + _random.NextDouble(), DowntimeMax = Maybe(Downtime()) },
            new() { Kind = PolicyActionKind.SetBandwidth, Bandwidth = Maybe(Rate()) },
            new() { Kind = permits.Throttle ? PolicyActionKind.Throttle : PolicyActionKind.Abort, Throttle = permits.Throttle ? Percent(1, 99) : null },
            new() { Kind = permits.PostCopy ? PolicyActionKind.PostCopy : PolicyActionKind.Abort },
            new() { Kind = permits.Suspend ? PolicyActionKind.Suspend : PolicyActionKind.Abort },
        ];
        var index = _random.Next(actions.Length);
        var perGiB = Maybe(Duration());
        var trigger = new PolicyTrigger
        {
            IterationsOver = Maybe((long)_random.Next(0, 50)),
            IterationsWithoutProgress = Maybe((long)_random.Next(0, 50)),
            WithoutProgress = Maybe(Duration()),
            Elapsed = Duration(),
            ElapsedPerGiB = perGiB,
            Times = perGiB is null ? 1 : _random.Next(0, 20),
            LocalMinimum = Maybe(Percent(0, 100)),
            PredictedDowntimeAtMost = Maybe(TimeSpan.FromSeconds(_random.Next(1000, 2001))),
            PredictedDowntimeOver = Maybe(TimeSpan.FromMilliseconds(_random.Next(1, 900_000))),
            GrowthsOver = Maybe((long)_random.Next(0, 50)),
            Stalled = limits.StallingLimit is { } stalling ? Maybe(stalling) : null,
        };
        return new PolicyStep(trigger, actions[index], index < 3 && Chance());
    }

    private IEnumerable<PolicyActionKind> LastResort(PolicyPermissions permits)
    {
        if (permits.PostCopy && Chance())
            yield return PolicyActionKind.PostCopy;
        if (permits.Suspend && Chance())
            yield return PolicyActionKind.Suspend;
        if (Chance())
            yield return PolicyActionKind.Abort;
    }

    private PolicyLimits Limits() => new()
    {
        ProgressTimeout = Maybe(Duration()),
        Progress = Pick(Enum.GetValues<ProgressMeasure>()),
        CompletionTimeout = null,
        CompletionTimeoutPerGiB = Duration(),
        DataSize = new DataSizeRule
        {
            Unit = Pick(new Bytes(1L << 30), new Bytes(1_000_000_000), new Bytes(1_234_567)),
            RoundUp = Chance(),
            MemoryAtLeast = _random.Next(0, 3) * 0.5,
            DiskAtLeast = _random.NextDouble(),
            SumAtLeast = _random.Next(0, 3),
            WholeSeconds = Chance(),
        },
        SwitchOverDeadline = Maybe(Duration()),
        PrepareTimeout = Maybe(Duration()),
        StallingLimit = Maybe(Duration()),
    };

    private bool Chance() => _random.Next(2) == 0;

    private T Pick<T>(params T[] choices) => choices[_random.Next(choices.Length)];

    private T? Maybe<T>(T value)
        where T : struct => Chance() ? value : null;

    private T? Maybe<T>(Func<T> make)
        where T : class => Chance() ? make() : null;

    private Percent Percent(int least, int most) => new(_random.Next(least, most + 1));

    private BytesPerSecond Rate() => Pick(BytesPerSecond.FromMebibytes(_random.Next(1, 100_000)), new BytesPerSecond(_random.NextInt64(1 << 20, 1L << 50)));

    private TimeSpan Downtime() => TimeSpan.FromMilliseconds(_random.Next(1, 2_000_001));

    private TimeSpan Duration() => Chance() ? TimeSpan.FromMilliseconds(_random.NextInt64(1, 2_592_000_001)) : TimeSpan.FromSeconds(_random.Next(1, 3600));
}
