using Mesh.Contracts.Documents;

namespace Mesh.Documents;

/// <summary>Collects the errors of a document while it is read, and the lines of its fields.</summary>
public sealed class DiagnosticBag
{
    /// <summary>Errors beyond this are only counted.</summary>
    private const int CountMax = 200;

    private readonly List<DocumentDiagnostic> _errors = [];
    private readonly Dictionary<string, int> _lines = new(StringComparer.Ordinal);

    /// <summary>Adds an error.</summary>
    public void Add(int line, string field, string message) => _errors.Add(new DocumentDiagnostic(line, field, message));

    /// <summary>Records the line of a field.</summary>
    public void SetLine(string field, int line) => _lines.TryAdd(field, line);

    /// <summary>Adds conflicts between fields, except where a field could not be read.</summary>
    public void Add(IEnumerable<FieldConflict> errors) =>
        _errors.AddRange([.. errors.Where(error => !error.DependsOn.Any(HasErrors)).Select(error => new DocumentDiagnostic(LineOf(error.Field), error.Field, error.Message))]);

    /// <summary>All errors by line, up to a maximum; the rest is counted.</summary>
    public IReadOnlyList<DocumentDiagnostic> ToSortedList()
    {
        IReadOnlyList<DocumentDiagnostic> ordered = [.. _errors.OrderBy(error => error.Line)];
        return ordered.Count <= CountMax
            ? ordered
            : [.. ordered.Take(CountMax), new DocumentDiagnostic(0, "", $"and {ordered.Count - CountMax} more errors")];
    }

    private bool HasErrors(string field) => _errors.Exists(error => error.Field == field || IsWithin(error.Field, field));

    private static bool IsWithin(string field, string whole) =>
        field.Length > whole.Length && field.StartsWith(whole, StringComparison.Ordinal) && field[whole.Length] is '.' or '[';

    // A missing field has the line of its parent.
    private int LineOf(string field)
    {
        for (var part = field; part.Length > 0; part = part[..Math.Max(0, part.LastIndexOfAny(['.', '[']))])
            if (_lines.TryGetValue(part, out var line))
                return line;
        return _lines.GetValueOrDefault("");
    }
}

/// <summary>Fields of a document that conflict.</summary>
/// <param name="Field">The field to report.</param>
/// <param name="Message">What is wrong and what is accepted.</param>
/// <param name="DependsOn">The fields that were checked.</param>
public sealed record FieldConflict(string Field, string Message, params string[] DependsOn);
