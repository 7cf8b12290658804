namespace Mesh.Policy.Tests.Worlds;

/// <summary>Pages that are written at the same rate.</summary>
internal sealed record Pages(double Bytes, double WritesPerSecond);

/// <summary>The workload of a guest while it is migrated, and its link.</summary>
internal sealed record Workload(string Name, IReadOnlyList<Pages> Memory)
{
    private const double Mebibyte = 1 << 20;
    private const double Gibibyte = 1 << 30;
    private const double Used = 14 * Gibibyte;

    /// <summary>The capacity of the link in bytes per second.</summary>
    public double Link { get; init; } = 1100 * Mebibyte;

    /// <summary>The available fraction of the link at a time in seconds.</summary>
    public Func<double, double> LinkAt { get; init; } = _ => 1;

    /// <summary>The activity of the guest, 0 to 1, at a time in seconds.</summary>
    public Func<double, double> ActivityAt { get; init; } = _ => 1;

    /// <summary>
    /// Whether a page that was written while pending counts as dirty although it was sent afterwards, as when QEMU emulates
    /// the CPU: its dirty log is not cleared page by page.
    /// </summary>
    public bool IsLogWhole { get; init; }

    public double Bytes => Memory.Sum(part => part.Bytes);

    /// <summary>The time to send everything once, in seconds.</summary>
    public double LeastTime => Bytes / Link;

    public static readonly Workload Idle = new("idle", [new(2 * Gibibyte, 0)]);
    public static readonly Workload ReadMostly = HotSpot("read-mostly", 64, 1);
    public static readonly Workload HotSpotBelow = HotSpot("hot spot 512 MiB", 512, 20);
    public static readonly Workload HotSpotAbove = HotSpot("hot spot 1.3 GiB", 1331, 20);
    public static readonly Workload Warm = HotSpot("warm 3 GiB, every 8 s", 3072, 1 / 8.0);
    public static readonly Workload Uniform04 = Uniform(0.4);
    public static readonly Workload Uniform09 = Uniform(0.9);
    public static readonly Workload Uniform15 = Uniform(1.5);
    public static readonly Workload MemoryBound = HotSpot("8 GiB, twice a second", 8192, 2);
    public static readonly Workload Mixture = new(
        "mixture of five", [.. Enumerable.Range(0, 5).Select(part => new Pages(64 * Mebibyte * Math.Pow(4, part), 10 / Math.Pow(6, part)))]);

    public static readonly Workload Bursty10 = HotSpot("bursty 10 s on, 20 s off", 3072, 5) with { ActivityAt = time => time % 30 < 10 ? 1 : 0 };
    public static readonly Workload Bursty4 = HotSpot("bursty 4 s on, 4 s off", 3072, 5) with { ActivityAt = time => time % 8 < 4 ? 1 : 0 };
    public static readonly Workload Bursty8 = HotSpot("bursty 8 s on, 2 s off", 3072, 5) with { ActivityAt = time => time % 10 < 8 ? 1 : 0 };
    public static readonly Workload LinkDrop = HotSpot("read-mostly, link 20 % in 5-35 s", 64, 1) with { LinkAt = Drop(5, 35) };
    public static readonly Workload LinkDropLate = Uniform(0.8) with { Name = "uniform 0.8 B, link 20 % in 20-50 s", LinkAt = Drop(20, 50) };

    public static readonly Workload SmallHotSpot = new("64 of 400 MiB at 32 MiB/s", [new(64 * Mebibyte, 20), new(336 * Mebibyte, 0)]) { Link = 32 * Mebibyte };
    public static readonly Workload SmallUniform = new("uniform 1.25 B of 400 MiB", [new(400 * Mebibyte, 0.1)]) { Link = 32 * Mebibyte };

    public static readonly IReadOnlyList<Workload> All =
    [
        Idle, ReadMostly, HotSpotBelow, HotSpotAbove, Warm, Uniform04, Uniform09, Uniform15, MemoryBound, Mixture,
        Bursty10, Bursty4, Bursty8, LinkDrop, LinkDropLate, SmallHotSpot, SmallUniform,
    ];

    /// <summary>The same workload with an emulated CPU.</summary>
    public Workload Emulated => this with { Name = $"{Name}, emulated", IsLogWhole = true };

    /// <summary>A part that is written repeatedly, and the rest, which is not.</summary>
    public static Workload HotSpot(string name, double mebibytes, double writesPerSecond) =>
        new(name, [new(mebibytes * Mebibyte, writesPerSecond), new(Used - mebibytes * Mebibyte, 0)]);

    /// <summary>Uniform writes to all memory, at a multiple of the link's capacity.</summary>
    public static Workload Uniform(double ofLink) => new($"uniform {ofLink} B", [new(Used, ofLink * 1100 * Mebibyte / Used)]);

    public override string ToString() => Name;

    private static Func<double, double> Drop(double from, double until) => time => time >= from && time < until ? 0.2 : 1;
}
