namespace Mesh.Documents;

/// <summary>Reads labels: names with texts.</summary>
public static class Labels
{
    /// <summary>How many labels may stand together.</summary>
    public const int CountMax = 64;

    /// <summary>How long a label's name or text may be, in characters.</summary>
    public const int LengthMax = 253;

    /// <summary>Labels as a mapping of texts.</summary>
    /// <param name="place">The mapping; null if it was left out.</param>
    /// <param name="countMin">How many there must be at least.</param>
    /// <returns>The labels; null if they were left out or are no mapping.</returns>
    public static IReadOnlyDictionary<string, string>? Read(Place? place, int countMin) => Fields.Read(place, fields =>
    {
        if (fields.Given.Count < countMin || fields.Given.Count > CountMax)
            fields.Fault($"has {fields.Given.Count} labels; accepted: {countMin} to {CountMax}");
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in fields.Given)
            if (fields.Find(name) is { } label && label.Text() is { } text)
            {
                if (name.Length is 0 or > LengthMax || text.Length is 0 or > LengthMax)
                    label.Fault($"names and values of labels have 1 to {LengthMax} characters");
                labels[name] = text;
            }

        return labels;
    });
}
