namespace Mesh.Documents;

/// <summary>What is wrong with a document, gathered while it is read, and where its fields stand.</summary>
public sealed class Faults
{
    /// <summary>More than so many help nobody; the rest is counted.</summary>
    private const int CountMax = 200;

    private readonly List<Fault> _faults = [];
    private readonly Dictionary<string, int> _lines = new(StringComparer.Ordinal);

    /// <summary>Adds a fault.</summary>
    public void Add(int line, string field, string message) => _faults.Add(new Fault(line, field, message));

    /// <summary>Remembers where a field stands.</summary>
    public void Mark(string field, int line) => _lines.TryAdd(field, line);

    /// <summary>Adds faults of the whole, without those that rest on something that could not be read.</summary>
    public void Add(IEnumerable<RuleFault> faults) =>
        _faults.AddRange([.. faults.Where(fault => !fault.RestsOn.Any(IsFaulty)).Select(fault => new Fault(LineOf(fault.Field), fault.Field, fault.Message))]);

    /// <summary>All of them by line; more than help anybody are only counted.</summary>
    public IReadOnlyList<Fault> InOrder()
    {
        IReadOnlyList<Fault> ordered = [.. _faults.OrderBy(fault => fault.Line)];
        return ordered.Count <= CountMax
            ? ordered
            : [.. ordered.Take(CountMax), new Fault(0, "", $"and {ordered.Count - CountMax} more faults")];
    }

    private bool IsFaulty(string field) => _faults.Exists(fault => fault.Field == field || IsWithin(fault.Field, field));

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
