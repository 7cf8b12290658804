namespace Mesh.Documents;

/// <summary>Reads the fields of a mapping. Names that are never requested are reported as unknown.</summary>
public sealed class MappingReader
{
    private readonly NodeContext _place;
    private readonly List<string> _known = [];
    private readonly Dictionary<string, DocumentField> _given = new(StringComparer.Ordinal);

    private MappingReader(NodeContext place, DocumentMap map)
    {
        _place = place;
        foreach (var field in map.Fields)
            if (!_given.TryAdd(field.Name, field))
                place.Diagnostics.Add(field.Line, PathOf(field.Name), $"is given twice; first in line {_given[field.Name].Line}");
    }

    /// <summary>The names in the mapping.</summary>
    public IReadOnlyCollection<string> Names => _given.Keys;

    /// <summary>Reads a mapping and reports its unknown fields.</summary>
    /// <param name="place">The mapping; null if it is absent.</param>
    /// <param name="read">Reads its fields.</param>
    /// <returns>The result; null if the mapping is absent or is none.</returns>
    public static T? Read<T>(NodeContext? place, Func<MappingReader, T?> read)
        where T : class
    {
        if (place is not { } there)
            return null;
        if (there.Node is not DocumentMap map)
        {
            there.AddError($"must be a mapping of fields, not {there.Describe()}");
            return null;
        }

        var fields = new MappingReader(there, map);
        var result = read(fields);
        fields.ReportUnknownFields();
        return result;
    }

    /// <summary>An optional field; null if absent.</summary>
    public NodeContext? Optional(string name)
    {
        _known.Add(name);
        if (!_given.TryGetValue(name, out var field))
            return null;
        if (field.Value is not DocumentScalar { IsText: false } scalar || !ScalarReader.IsNull(scalar.Text))
            return NodeContext.Create(field.Value, PathOf(name), _place.Diagnostics);
        _place.Diagnostics.Add(field.Line, PathOf(name), "is empty; give it a value ({} for a mapping without fields), or leave the field out");
        return null;
    }

    /// <summary>A required field.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="what">Its purpose and the accepted values, for the error.</param>
    public NodeContext? Required(string name, string what)
    {
        if (!_given.ContainsKey(name))
            _place.Diagnostics.Add(_place.Node.Line, PathOf(name), $"is missing: {what}");
        return Optional(name);
    }

    /// <summary>Adds an error of the mapping as a whole.</summary>
    public void AddError(string message) => _place.AddError(message);

    private string PathOf(string name) => _place.Field.Length == 0 ? name : $"{_place.Field}.{name}";

    private void ReportUnknownFields()
    {
        foreach (var field in _given.Values.Where(field => !_known.Contains(field.Name, StringComparer.Ordinal)))
            _place.Diagnostics.Add(
                field.Line, PathOf(field.Name), $"unknown field {NodeContext.Quote(field.Name)}; {NameSuggestions.Suggest(field.Name, _known)}");
    }
}
