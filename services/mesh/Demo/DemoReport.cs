using Mesh.Cli.Output;
using Spectre.Console;

namespace Mesh.Cli.Demo;

/// <summary>Prints a summary, framed for a person and plain for a pipe.</summary>
internal static class DemoReport
{
    private const int WideColumns = 116;

    private static readonly string[] Heads = ["vm", "from → to", "outcome", "total", "downtime", "sent", "passes", "notes"];

    // What a narrow terminal still has room for.
    private static readonly int[] NarrowColumns = [0, 2, 3, 4, 7];

    public static void Write(Io io, DemoSummary summary)
    {
        if (io.IsTerminal)
            WriteFramed(io, summary);
        else
            WritePlain(io, summary);
        io.Out.WriteLine(summary.Conclusion);
        io.Out.Flush();
    }

    private static void WriteFramed(Io io, DemoSummary summary)
    {
        int[] shown = io.Columns >= WideColumns ? [.. Enumerable.Range(0, Heads.Length)] : NarrowColumns;
        var table = new Table { Border = TableBorder.Rounded };
        foreach (var column in shown)
            table.AddColumn(new TableColumn($"[grey]{Heads[column]}[/]") { NoWrap = column != Heads.Length - 1 });
        foreach (var line in summary.Lines)
            table.AddRow([.. shown.Select(column => Cell(line, column))]);
        io.Ansi().Write(table);
    }

    private static Markup Cell(DemoSummary.Line line, int column)
    {
        var text = Markup.Escape(Cells(line)[column]);
        return new Markup(column != 2 ? text : $"[{(line.IsAsExpected ? "green" : "red")}]{text}[/]");
    }

    private static void WritePlain(Io io, DemoSummary summary)
    {
        var table = new TextTable([.. Heads.Select(head => head.ToUpperInvariant())]);
        foreach (var line in summary.Lines)
            table.Add(Cells(line));
        table.Write(io);
    }

    private static string[] Cells(DemoSummary.Line line) =>
        [line.Vm, line.Route, line.Outcome, line.Total, line.Downtime, line.Sent, line.Passes, line.Notes];
}
