using Mesh.Cli.Shell;

namespace Mesh.Cli.Output;

/// <summary>
/// A table as printed by <c>virsh list</c>: aligned columns without borders, so that tools can process it. Only the last column
/// is truncated, and only in a terminal.
/// </summary>
internal sealed class TextTable(params string[] heads)
{
    private const int Gap = 2;
    private readonly List<string[]> _rows = [];

    public void Add(params string[] cells) => _rows.Add(cells.Length == heads.Length
        ? cells
        : throw new ArgumentException($"{cells.Length} cells for {heads.Length} columns", nameof(cells)));

    public void Write(Io io)
    {
        var widths = heads.Select((head, column) => _rows.Select(row => row[column].Length).Append(head.Length).Max()).ToArray();
        foreach (var row in _rows.Prepend(heads))
            io.Out.WriteLine(Line(row, widths, io.IsTerminal ? io.Columns : int.MaxValue));
    }

    private static string Line(string[] row, int[] widths, int columns)
    {
        var front = string.Concat(row.SkipLast(1).Select((cell, column) => cell.PadRight(widths[column] + Gap)));
        var room = Math.Max(8, columns - front.Length - 1);
        return (front + TextFormatter.Truncate(row[^1], columns == int.MaxValue ? int.MaxValue : room)).TrimEnd();
    }
}
