using System.Buffers;
using System.Globalization;
using Mesh.Contracts.Values;

namespace Mesh.Documents;

/// <summary>Reads single values: texts, numbers, and amounts with their units.</summary>
public static class Scalars
{
    private static readonly SearchValues<char> OfNumbers = SearchValues.Create("+-.0123456789");

    private const NumberStyles Decimal = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;

    /// <summary>Whether something that stands without quotes is nothing.</summary>
    public static bool IsNull(string text) => text is "" or "~" or "null" or "Null" or "NULL";

    /// <summary>Whether something that stands without quotes is anything but text.</summary>
    public static bool IsNoText(string text) =>
        IsNull(text) || text is "true" or "false" || double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    /// <summary>Text; null, with a fault, if it is none.</summary>
    public static string? Text(this Place place)
    {
        if (place.Node is DocumentScalar scalar && (scalar.IsText || !IsNoText(scalar.Text)))
            return scalar.Text;
        place.Fault($"takes text, not {place.Described()}{(place.Node is DocumentScalar ? "; text that looks like something else stands in quotes" : "")}");
        return null;
    }

    /// <summary>True or false.</summary>
    public static bool? Flag(this Place place)
    {
        if (place.Node is DocumentScalar { IsText: false, Text: "true" or "false" } scalar)
            return scalar.Text == "true";
        place.Fault($"takes true or false, not {place.Described()}");
        return null;
    }

    /// <summary>A whole number.</summary>
    public static long? Whole(this Place place, long least, long most)
    {
        var accepted = $"a whole number from {least} to {most}";
        if (place.Node is not DocumentScalar { IsText: false } scalar || !long.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            return place.Refuse<long>($"takes {accepted}, not {place.Described()}");
        return number >= least && number <= most ? number : place.OutOfBounds<long>(accepted);
    }

    /// <summary>The same where it fits 32 bits.</summary>
    public static int? Count(this Place place, int least, int most) => (int?)place.Whole(least, most);

    /// <summary>A number within bounds; <paramref name="above"/> excludes the lower one.</summary>
    public static double? Number(this Place place, double least, double most, bool above = false)
    {
        var accepted = $"a number {(above ? "more than" : "from")} {least}{(above ? ", up to" : " to")} {most}";
        if (place.Node is not DocumentScalar { IsText: false } scalar || !double.TryParse(scalar.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
            return place.Refuse<double>($"takes {accepted}, not {place.Described()}");
        return (above ? number > least : number >= least) && number <= most ? number : place.OutOfBounds<double>(accepted);
    }

    /// <summary>A duration with its unit.</summary>
    public static TimeSpan? Duration(this Place place, Bounds<TimeSpan> bounds)
    {
        if (place.Amount(Units.Durations, bounds.InWords) is not { } milliseconds)
            return null;
        if (milliseconds != decimal.Truncate(milliseconds))
            return place.Refuse<TimeSpan>($"{place.Described()} is finer than a millisecond; accepted: {bounds.InWords}, in whole milliseconds");
        return milliseconds >= (decimal)bounds.Least.TotalMilliseconds && milliseconds <= (decimal)bounds.Most.TotalMilliseconds
            ? TimeSpan.FromMilliseconds((double)milliseconds)
            : place.OutOfBounds<TimeSpan>(bounds.InWords);
    }

    /// <summary>A size with its unit.</summary>
    public static Bytes? Size(this Place place, Bounds<Bytes> bounds) =>
        place.Bytes(Units.Sizes, bounds.InWords, bounds.Least.Count, bounds.Most.Count) is { } count ? new Bytes(count) : null;

    /// <summary>A data rate with its unit.</summary>
    public static BytesPerSecond? Rate(this Place place, Bounds<BytesPerSecond> bounds) =>
        place.Bytes(Units.Rates, bounds.InWords, bounds.Least.Count, bounds.Most.Count) is { } count ? new BytesPerSecond(count) : null;

    /// <summary>A whole percentage, with or without its sign.</summary>
    public static Percent? Percent(this Place place, int least, int most)
    {
        var accepted = $"a whole percentage from {least} % to {most} %";
        if (place.Node is not DocumentScalar scalar || !int.TryParse(
            scalar.Text.EndsWith('%') ? scalar.Text[..^1].TrimEnd() : scalar.IsText ? "" : scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            return place.Refuse<Percent>($"takes {accepted}, not {place.Described()}");
        return number >= least && number <= most ? new Percent(number) : place.OutOfBounds<Percent>(accepted);
    }

    /// <summary>One of several words.</summary>
    public static string? OneOf(this Place place, IReadOnlyCollection<string> words)
    {
        if (place.Node is not DocumentScalar scalar)
            place.Fault($"takes one of {string.Join(", ", words)}, not {place.Described()}");
        else if (!words.Contains(scalar.Text, StringComparer.Ordinal))
            place.Fault($"{place.Described()} is not known here; {NearNames.Suggest(scalar.Text, words)}");
        else
            return scalar.Text;
        return null;
    }

    private static long? Bytes(this Place place, IReadOnlyList<Unit> units, string accepted, long least, long most)
    {
        if (place.Amount(units, accepted) is not { } amount)
            return null;
        if (amount < least || amount > most)
            return place.OutOfBounds<long>(accepted);
        return amount == decimal.Truncate(amount) ? (long)amount : place.Refuse<long>($"{place.Described()} is no whole number of bytes; accepted: {accepted}");
    }

    // An amount in the smallest of the units.
    private static decimal? Amount(this Place place, IReadOnlyList<Unit> units, string accepted)
    {
        if (place.Node is not DocumentScalar { Text: var text })
            return place.Refuse<decimal>($"takes {accepted}, not {place.Described()}");
        var end = text.AsSpan().IndexOfAnyExcept(OfNumbers);
        if (!decimal.TryParse(end < 0 ? text : text[..end], Decimal, CultureInfo.InvariantCulture, out var number))
            return place.Refuse<decimal>($"takes {accepted}, not {place.Described()}");
        var known = string.Join(", ", units.Select(unit => unit.Name));
        if (end < 0)
            return place.Refuse<decimal>($"{place.Described()} has no unit; accepted: {accepted}, in {known}");
        var name = text[end..].Trim();
        if (units.FirstOrDefault(unit => unit.Name == name) is not { } unit)
            return place.Refuse<decimal>($"{place.Described()}: there is no unit {Place.Quote(name)} here; accepted: {known}");
        return Math.Abs(number) < long.MaxValue / unit.Size ? number * unit.Size : place.OutOfBounds<decimal>(accepted);
    }

    private static T? OutOfBounds<T>(this Place place, string accepted)
        where T : struct => place.Refuse<T>($"{place.Described()} is out of bounds; accepted: {accepted}");

    private static T? Refuse<T>(this Place place, string message)
        where T : struct
    {
        place.Fault(message);
        return null;
    }
}
