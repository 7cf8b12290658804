using System.Text.Json;
using Mesh.Contracts.Documents;
using Mesh.Contracts.Values;

namespace Mesh.Policy.Traces;

/// <summary>An object in a line of a trace, read field by field; errors are collected.</summary>
internal sealed class TraceLine(int number, JsonElement element, string path, List<DocumentDiagnostic> errors)
{
    private const string Size = "a number of bytes, 0 or more";
    private const string InSeconds = "a number of seconds, 0 or more";

    /// <summary>Seconds that are still exact in ticks; 30 years.</summary>
    private const decimal SecondsMax = 1_000_000_000;

    public bool Has(string field) => Find(field) is not null;

    public Bytes Bytes(string field, long least = 0) => new(Whole(field, least, least == 0 ? Size : "a number of bytes, 1 or more"));

    public Bytes Bytes(string field, Bytes unlessGiven) => Has(field) ? Bytes(field, least: 1) : unlessGiven;

    public IReadOnlyList<Bytes> ListOfBytes(string field)
    {
        if (Find(field) is not { } list)
            return [];
        const string Accepted = "a list of numbers of bytes, each 0 or more";
        if (list.ValueKind is not JsonValueKind.Array)
            return Wrong(field, list, Accepted, Array.Empty<Bytes>());
        return
        [
            .. list.EnumerateArray().Select((item, index) =>
                Number(item, 0, out var bytes) ? new Bytes((long)bytes) : Wrong($"{field}[{index}]", item, Size, new Bytes())),
        ];
    }

    public long Whole(string field, long least, string accepted, long? unlessGiven = null)
    {
        if (Find(field) is not { } value)
            return unlessGiven ?? Missing<long>(field, accepted);
        return Number(value, least, out var number) ? (long)number : Wrong(field, value, accepted, 0L);
    }

    public TimeSpan Seconds(string field) => SecondsIfGiven(field) ?? (Has(field) ? TimeSpan.Zero : Missing<TimeSpan>(field, InSeconds));

    public TimeSpan? SecondsIfGiven(string field) => Time(field, TimeSpan.TicksPerSecond, InSeconds);

    public TimeSpan? MillisecondsIfGiven(string field) => Time(field, TimeSpan.TicksPerMillisecond, "a number of milliseconds, 0 or more");

    public bool Flag(string field)
    {
        if (Find(field) is not { } value)
            return false;
        return value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : Wrong(field, value, "true or false", false);
    }

    public T Choice<T>(string field, IReadOnlyDictionary<string, T> choices, T unlessGiven)
    {
        if (Find(field) is not { } value)
            return unlessGiven;
        return value.ValueKind is JsonValueKind.String && choices.TryGetValue(value.GetString()!, out var choice)
            ? choice
            : Wrong(field, value, string.Join(", ", choices.Keys.Select(each => $"\"{each}\"")), unlessGiven);
    }

    /// <summary>An object within this one; null if there is none.</summary>
    public TraceLine? Object(string field, string accepted)
    {
        if (Find(field) is not { } value)
            return null;
        return value.ValueKind is JsonValueKind.Object
            ? new TraceLine(number, value, $"{path}{field}.", errors)
            : Wrong<TraceLine?>(field, value, accepted, null);
    }

    public void AddError(string field, string message)
    {
        if (errors.Count < TraceReader.ErrorsMax)
            errors.Add(new DocumentDiagnostic(number, path + field, message));
    }

    public T Missing<T>(string field, string accepted)
    {
        AddError(field, $"is missing; {accepted}");
        return default!;
    }

    private TimeSpan? Time(string field, long ticks, string accepted)
    {
        if (Find(field) is not { } value)
            return null;
        return Number(value, 0, out var number) && number <= SecondsMax
            ? TimeSpan.FromTicks((long)decimal.Round(number * ticks))
            : Wrong<TimeSpan?>(field, value, $"{accepted}, at most {SecondsMax}", null);
    }

    // A null counts as absent.
    private JsonElement? Find(string field) =>
        element.TryGetProperty(field, out var value) && value.ValueKind is not JsonValueKind.Null ? value : null;

    private static bool Number(JsonElement value, long least, out decimal number)
    {
        number = 0;
        return value.ValueKind is JsonValueKind.Number && value.TryGetDecimal(out number) && number >= least && number <= long.MaxValue;
    }

    private T Wrong<T>(string field, JsonElement value, string accepted, T instead)
    {
        var text = value.GetRawText();
        AddError(field, $"{(text.Length > 40 ? text[..40] + "…" : text)} is not accepted; {accepted}");
        return instead;
    }
}
