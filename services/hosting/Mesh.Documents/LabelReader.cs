using Mesh.Contracts.Values;

namespace Mesh.Documents;

/// <summary>Reads labels: names with values.</summary>
public static class LabelReader
{
    /// <summary>How many labels may stand together.</summary>
    public const int CountMax = LabelLimits.CountMax;

    /// <summary>How long a label's name or text may be, in characters.</summary>
    public const int LengthMax = LabelLimits.LengthMax;

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
