using System.Globalization;
using Mesh.Testing.Fixtures;

namespace Mesh.Chaos.Tests;

/// <summary>The table as text: fault by phase, each with the outcome and the time from the fault to the end.</summary>
internal static class TableText
{
    /// <summary>The file of the table.</summary>
    public static string Path { get; } = System.IO.Path.Combine(Repository.Artifacts, "chaos-table.txt");

    /// <summary>Writes the table to its file and to the log of the tests.</summary>
    public static async Task WriteAsync(IReadOnlyList<Cell> cells)
    {
        var lines = Lines(cells).ToList();
        await File.WriteAllLinesAsync(Path, lines);
        foreach (var line in lines)
            TestContext.Current.SendDiagnosticMessage(line);
    }

    private static IEnumerable<string> Lines(IReadOnlyList<Cell> cells)
    {
        string[][] rows =
        [
            ["killed", .. Phases.All.Select(phase => phase.Name)],
            .. cells.GroupBy(cell => cell.Fault.Name).Select(row => (string[])[row.Key, .. row.Select(Describe)]),
        ];
        var widths = Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length)).ToList();
        foreach (var row in rows)
            yield return string.Join("  ", row.Select((text, column) => text.PadRight(widths[column]))).TrimEnd();
        yield return "";
        foreach (var cell in cells.Where(cell => cell.Ended is { Reason.Length: > 0 } || cell.Failure is not null))
            yield return $"{cell.Name}: {cell.Ended?.Reason}{(cell.Failure is { } failure ? $" FAILED: {failure}" : "")}";
    }

    private static string Describe(Cell cell)
    {
        var end = cell.Ended?.Outcome is { } outcome
            ? string.Create(CultureInfo.InvariantCulture, $"{outcome}{(cell.Fault.GetExpected(cell.Phase).GuestDies ? ", guest died" : "")} {cell.TimeToEnd?.TotalSeconds:0.0} s")
            : "no end";
        return cell.Failure is null ? end : $"FAILED ({end})";
    }
}
