namespace Mesh.Documents;

/// <summary>What is wrong with a document, gathered while it is read, and where its fields stand.</summary>
public sealed class DiagnosticBag
{
    /// <summary>More than so many help nobody; the rest is counted.</summary>
    private const int CountMax = 200;

    private readonly List<ReadDiagnostic> _faults = [];
    private readonly Dictionary<string, int> _lines = new(StringComparer.Ordinal);

    /// <summary>Adds a fault.</summary>
    public void Add(int line, string field, string message) => _faults.Add(new ReadDiagnostic(line, field, message));

    /// <summary>Remembers where a field stands.</summary>
    public void SetLine(string field, int line) => _lines.TryAdd(field, line);

    /// <summary>Adds faults of the whole, without those that rest on something that could not be read.</summary>
    public void Add(IEnumerable<FieldConflict> errors) =>
        _faults.AddRange([.. errors.Where(error => !error.DependsOn.Any(HasErrors)).Select(error => new ReadDiagnostic(LineOf(error.Field), error.Field, error.Message))]);

    /// <summary>All of them by line; more than help anybody are only counted.</summary>
    public IReadOnlyList<ReadDiagnostic> ToSortedList()
    {
        IReadOnlyList<ReadDiagnostic> ordered = [.. _faults.OrderBy(error => error.Line)];
        return ordered.Count <= CountMax
            ? ordered
            : [.. ordered.Take(CountMax), new ReadDiagnostic(0, "", $"and {ordered.Count - CountMax} more faults")];
    }

    private bool HasErrors(string field) => _faults.Exists(error => error.Field == field || IsWithin(error.Field, field));

    private static bool IsWithin(string field, string whole) =>
        field.Length > whole.Length && field.StartsWith(whole, StringComparison.Ordinal) && field[whole.Length] is '.' or '[';

    // A field that is missing stands where what should hold it does.
    private int LineOf(string field)
    {
        for (var part = field; part.Length > 0; part = part[..Math.Max(0, part.LastIndexOfAny(['.', '[']))])
            if (_lines.TryGetValue(part, out var line))
                return line;
        return _lines.GetValueOrDefault("");
    }
}
