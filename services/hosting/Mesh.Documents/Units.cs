using System.Globalization;
using Mesh.Contracts.Values;

namespace Mesh.Documents;

/// <summary>A unit of measurement.</summary>
/// <param name="Name">How it is written.</param>
/// <param name="Size">How many of the smallest unit it equals.</param>
public sealed record Unit(string Name, decimal Size);

/// <summary>The units that documents accept, and how amounts are formatted with them.</summary>
public static class Units
{
    /// <summary>Of durations; the smallest is a millisecond.</summary>
    public static readonly IReadOnlyList<Unit> Durations = [new("ms", 1), new("s", 1000), new("min", 60_000), new("h", 3_600_000)];

    /// <summary>Of sizes; the smallest is a byte.</summary>
    public static readonly IReadOnlyList<Unit> Sizes =
    [
        new("B", 1),
        new("KiB", 1L << 10), new("MiB", 1L << 20), new("GiB", 1L << 30), new("TiB", 1L << 40),
        new("kB", 1000), new("KB", 1000), new("MB", 1000_000), new("GB", 1000_000_000), new("TB", 1000_000_000_000),
    ];

    /// <summary>Of data rates; the smallest is a byte per second.</summary>
    public static readonly IReadOnlyList<Unit> Rates = [.. Sizes.Select(size => new Unit($"{size.Name}/s", size.Size))];

    private static readonly IReadOnlyList<Unit> SecondsOrLess = [.. Durations.Take(2)];

    /// <summary>A duration in whole seconds, or else in milliseconds.</summary>
    public static string Format(TimeSpan duration) => Format((decimal)duration.TotalMilliseconds, SecondsOrLess);

    /// <summary>A size, in the largest unit of which it is a whole number.</summary>
    public static string Format(Bytes size) => Format(size.Count, Sizes);

    /// <summary>A data rate, in the largest unit of which it is a whole number.</summary>
    public static string Format(BytesPerSecond rate) => Format(rate.Count, Rates);

    // In the largest unit of which it is a whole number.
    private static string Format(decimal amount, IReadOnlyList<Unit> units)
    {
        var unit = units.Where(unit => amount % unit.Size == 0).MaxBy(unit => unit.Size) ?? units[0];
        return string.Create(CultureInfo.InvariantCulture, $"{amount / unit.Size:0.####} {unit.Name}");
    }
}

/// <summary>The values that a field accepts, bounds included.</summary>
/// <param name="Min">The minimum.</param>
/// <param name="Max">The maximum.</param>
/// <param name="Description">Both, with what they are of.</param>
public sealed record ValueRange<T>(T Min, T Max, string Description);
