using System.Buffers;
using System.Globalization;
using Mesh.Contracts.Values;

namespace Mesh.Documents;

/// <summary>Reads single values: texts, numbers, and amounts with their units.</summary>
public static class ScalarReader
{
    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("+-.0123456789");

    private const NumberStyles Decimal = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;

    /// <summary>Whether unquoted text is null.</summary>
    public static bool IsNull(string text) => text is "" or "~" or "null" or "Null" or "NULL";

    /// <summary>Whether unquoted text is anything but text.</summary>
    public static bool IsNonText(string text) =>
        IsNull(text) || text is "true" or "false" || double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    /// <summary>Text; null, with an error, if it is none.</summary>
    public static string? ReadText(this NodeContext place)
    {
        if (place.Node is DocumentScalar scalar && (scalar.IsText || !IsNonText(scalar.Text)))
            return scalar.Text;
        place.AddError($"must be text, not {place.Describe()}{(place.Node is DocumentScalar ? "; quote text that looks like a number, true, false or null" : "")}");
        return null;
    }

    /// <summary>True or false.</summary>
    public static bool? ReadBoolean(this NodeContext place)
    {
        if (place.Node is DocumentScalar { IsText: false, Text: "true" or "false" } scalar)
            return scalar.Text == "true";
        place.AddError($"must be true or false, not {place.Describe()}");
        return null;
    }

    /// <summary>A whole number.</summary>
    public static long? ReadInteger(this NodeContext place, long least, long most)
    {
        var accepted = $"a whole number from {least} to {most}";
        if (place.Node is not DocumentScalar { IsText: false } scalar || !long.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            return place.Reject<long>($"must be {accepted}, not {place.Describe()}");
        return number >= least && number <= most ? number : place.OutOfBounds<long>(accepted);
    }

    /// <summary>The same where it fits 32 bits.</summary>
    public static int? ReadCount(this NodeContext place, int least, int most) => (int?)place.ReadInteger(least, most);

    /// <summary>A number within bounds; <paramref name="above"/> excludes the lower one.</summary>
    public static double? ReadNumber(this NodeContext place, double least, double most, bool above = false)
    {
        var accepted = $"a number {(above ? "more than" : "from")} {least}{(above ? ", up to" : " to")} {most}";
        if (place.Node is not DocumentScalar { IsText: false } scalar || !double.TryParse(scalar.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
            return place.Reject<double>($"must be {accepted}, not {place.Describe()}");
        return (above ? number > least : number >= least) && number <= most ? number : place.OutOfBounds<double>(accepted);
    }

    /// <summary>A duration with its unit.</summary>
    public static TimeSpan? ReadDuration(this NodeContext place, ValueRange<TimeSpan> bounds)
    {
        if (place.ReadAmount(Units.Durations, bounds.Description) is not { } milliseconds)
            return null;
        if (milliseconds != decimal.Truncate(milliseconds))
            return place.Reject<TimeSpan>($"{place.Describe()} is finer than a millisecond; accepted: {bounds.Description}, in whole milliseconds");
        return milliseconds >= (decimal)bounds.Min.TotalMilliseconds && milliseconds <= (decimal)bounds.Max.TotalMilliseconds
            ? TimeSpan.FromMilliseconds((double)milliseconds)
            : place.OutOfBounds<TimeSpan>(bounds.Description);
    }

    /// <summary>A size with its unit.</summary>
    public static Bytes? ReadSize(this NodeContext place, ValueRange<Bytes> bounds) =>
        place.ReadBytes(Units.Sizes, bounds.Description, bounds.Min.Count, bounds.Max.Count) is { } count ? new Bytes(count) : null;

    /// <summary>A data rate with its unit.</summary>
    public static BytesPerSecond? ReadRate(this NodeContext place, ValueRange<BytesPerSecond> bounds) =>
        place.ReadBytes(Units.Rates, bounds.Description, bounds.Min.Count, bounds.Max.Count) is { } count ? new BytesPerSecond(count) : null;

    /// <summary>A whole percentage, with or without its sign.</summary>
    public static Percent? ReadPercent(this NodeContext place, int least, int most)
    {
        var accepted = $"a whole percentage from {least} % to {most} %";
        if (place.Node is not DocumentScalar scalar || !int.TryParse(
            scalar.Text.EndsWith('%') ? scalar.Text[..^1].TrimEnd() : scalar.IsText ? "" : scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            return place.Reject<Percent>($"must be {accepted}, not {place.Describe()}");
        return number >= least && number <= most ? new Percent(number) : place.OutOfBounds<Percent>(accepted);
    }

    /// <summary>One of several names.</summary>
    public static string? ReadOneOf(this NodeContext place, IReadOnlyCollection<string> words)
    {
        if (place.Node is not DocumentScalar scalar)
            place.AddError($"must be one of {string.Join(", ", words)}, not {place.Describe()}");
        else if (!words.Contains(scalar.Text, StringComparer.Ordinal))
            place.AddError($"{place.Describe()} is not accepted; {NameSuggestions.Suggest(scalar.Text, words)}");
        else
            return scalar.Text;
        return null;
    }

    private static long? ReadBytes(this NodeContext place, IReadOnlyList<Unit> units, string accepted, long least, long most)
    {
        if (place.ReadAmount(units, accepted) is not { } amount)
            return null;
        if (amount < least || amount > most)
            return place.OutOfBounds<long>(accepted);
        return amount == decimal.Truncate(amount) ? (long)amount : place.Reject<long>($"{place.Describe()} is not a whole number of bytes; accepted: {accepted}");
    }

    // An amount in the smallest of the units.
    private static decimal? ReadAmount(this NodeContext place, IReadOnlyList<Unit> units, string accepted)
    {
        if (place.Node is not DocumentScalar { Text: var text })
            return place.Reject<decimal>($"must be {accepted}, not {place.Describe()}");
        var end = text.AsSpan().IndexOfAnyExcept(NumberCharacters);
        if (!decimal.TryParse(end < 0 ? text : text[..end], Decimal, CultureInfo.InvariantCulture, out var number))
            return place.Reject<decimal>($"must be {accepted}, not {place.Describe()}");
        var known = string.Join(", ", units.Select(unit => unit.Name));
        if (end < 0)
            return place.Reject<decimal>($"{place.Describe()} has no unit; accepted: {accepted}, in {known}");
        var name = text[end..].Trim();
        if (units.FirstOrDefault(unit => unit.Name == name) is not { } unit)
            return place.Reject<decimal>($"{place.Describe()}: unknown unit {NodeContext.Quote(name)}; accepted: {known}");
        return Math.Abs(number) < long.MaxValue / unit.Size ? number * unit.Size : place.OutOfBounds<decimal>(accepted);
    }

    private static T? OutOfBounds<T>(this NodeContext place, string accepted)
        where T : struct => place.Reject<T>($"{place.Describe()} is out of bounds; accepted: {accepted}");

    private static T? Reject<T>(this NodeContext place, string message)
        where T : struct
    {
        place.AddError(message);
        return null;
    }
}
