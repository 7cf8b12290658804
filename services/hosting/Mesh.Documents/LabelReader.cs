namespace Mesh.Documents;

/// <summary>Reads labels: names with values.</summary>
public static class LabelReader
{
    /// <summary>The maximum number of labels of one object.</summary>
    public const int CountMax = 64;

    /// <summary>The maximum length of a label's name and value, in characters.</summary>
    public const int LengthMax = 253;

    /// <summary>Reads a mapping of labels.</summary>
    /// <param name="place">The mapping; null if it is absent.</param>
    /// <param name="countMin">The minimum number.</param>
    /// <returns>The labels; null if absent or not a mapping.</returns>
    public static IReadOnlyDictionary<string, string>? Read(NodeContext? place, int countMin) => MappingReader.Read(place, fields =>
    {
        if (fields.Names.Count < countMin || fields.Names.Count > CountMax)
            fields.AddError($"has {fields.Names.Count} labels; accepted: {countMin} to {CountMax}");
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in fields.Names)
            if (fields.Optional(name) is { } label && label.ReadText() is { } text)
            {
                if (name.Length is 0 or > LengthMax || text.Length is 0 or > LengthMax)
                    label.AddError($"names and values of labels have 1 to {LengthMax} characters");
                labels[name] = text;
            }

        return labels;
    });
}
