namespace Mesh.Documents;

/// <summary>Builds the nodes of a document to write; null values are left out.</summary>
public static class NodeBuilder
{
    /// <summary>A mapping of those fields that have a value.</summary>
    public static DocumentMap Map(params IReadOnlyList<(string Name, DocumentNode? Value)> fields) =>
        new(0, [.. fields.Where(field => field.Value is not null).Select(field => new DocumentField(0, field.Name, field.Value!))]);

    /// <summary>The mapping; null if it has no fields.</summary>
    public static DocumentMap? NullIfEmpty(DocumentMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        return map.Fields.Count == 0 ? null : map;
    }

    /// <summary>A list; null if it has no items.</summary>
    public static DocumentList? List(IEnumerable<DocumentNode> items) => items.ToList() is { Count: > 0 } some ? new DocumentList(0, some) : null;

    /// <summary>Labels as a mapping; null if there are none.</summary>
    public static DocumentMap? FromLabels(IReadOnlyDictionary<string, string> labels) =>
        NullIfEmpty(Map([.. labels.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => (label.Key, (DocumentNode?)Text(label.Value)))]));

    /// <summary>Text, quoted where it would be read as something else.</summary>
    public static DocumentScalar Text(string text) => new(0, text, ScalarReader.IsNonText(text));

    /// <summary>A name or an amount, unquoted.</summary>
    public static DocumentScalar Plain(string text) => new(0, text);

    /// <summary>True; null for false, the value of an absent flag.</summary>
    public static DocumentScalar? Flag(bool flag) => flag ? Plain("true") : null;
}
