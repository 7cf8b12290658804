using Mesh.Cli.Shell;

namespace Mesh.Cli.Output;

/// <summary>
/// A table as printed by <c>virsh list</c>: aligned columns without borders, so that tools can process it. In a terminal the longest values are
/// cut until the table fits.
/// </summary>
internal sealed class TextTable(params string[] heads)
{
    private const int Gap = 2;

    /// <summary>What is left of a column, however narrow the terminal.</summary>
    private const int WidthMin = 8;

    private readonly List<string[]> _rows = [];

    public void Add(params string[] cells) => _rows.Add(cells.Length == heads.Length
        ? [.. cells.Select(TextFormatter.ToSingleLine)]
        : throw new ArgumentException($"{cells.Length} cells for {heads.Length} columns", nameof(cells)));

    public void Write(Io io)
    {
        var widths = heads.Select((head, column) => _rows.Select(row => row[column].Length).Append(head.Length).Max()).ToArray();
        if (io.IsTerminal)
            Shrink(widths, io.Columns - 1);
        foreach (var row in _rows.Prepend(heads))
            io.Out.WriteLine(string.Concat(row.Select((cell, column) => TextFormatter.Truncate(cell, widths[column]).PadRight(widths[column] + Gap))).TrimEnd());
    }

    private static void Shrink(int[] widths, int room)
    {
        for (var excess = widths.Sum() + (Gap * (widths.Length - 1)) - room; excess > 0; excess--)
        {
            var widest = Array.IndexOf(widths, widths.Max());
            if (widths[widest] <= WidthMin)
                return;
            widths[widest]--;
        }
    }
}
