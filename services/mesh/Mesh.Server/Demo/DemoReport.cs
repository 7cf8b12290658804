using Mesh.Cli.Output;
using Mesh.Cli.Shell;
using Mesh.Cli.Watching;
using Mesh.Contracts.Migrations;
using Spectre.Console;

namespace Mesh.Server.Demo;

/// <summary>Prints the summary: with borders in a terminal, plain elsewhere.</summary>
internal static class DemoReport
{
    private const int WideColumns = 116;

    private static readonly string[] Headers = ["vm", "from → to", "outcome", "total", "downtime", "sent", "passes", "notes"];

    // The columns that fit a narrow terminal.
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
        int[] shown = io.Columns >= WideColumns ? [.. Enumerable.Range(0, Headers.Length)] : NarrowColumns;
        var table = new Table { Border = TableBorder.Rounded };
        foreach (var column in shown)
            table.AddColumn(new TableColumn($"[grey]{Headers[column]}[/]") { NoWrap = column != Headers.Length - 1 });
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
        var table = new TextTable([.. Headers.Select(header => header.ToUpperInvariant())]);
        foreach (var line in summary.Lines)
            table.Add(Cells(line));
        table.Write(io);
    }

    private static string[] Cells(DemoSummary.Line line) =>
        [line.Vm, line.Route, line.Outcome, line.Total, line.Downtime, line.Sent, line.Passes, line.Notes];
}

/// <summary>The results of the demonstration.</summary>
internal sealed record DemoSummary(IReadOnlyList<DemoSummary.Line> Lines)
{
    public bool IsAsExpected => Lines.All(line => line.IsAsExpected);

    /// <summary>Summarizes how each move ended; a move without a row was never started.</summary>
    public static DemoSummary Create(IReadOnlyList<DemoMove> moves, IReadOnlyList<WatchedMigration> rows) =>
        new([.. moves.Select(move => Create(move, rows.FirstOrDefault(row => row.Id == move.Id)))]);

    public string Conclusion => IsAsExpected
        ? $"All {Lines.Count} migrations ended as expected."
        : $"{Lines.Count(line => !line.IsAsExpected)} of {Lines.Count} migrations did not end as expected.";

    private static Line Create(DemoMove move, WatchedMigration? row) => new(
        move.Vm,
        $"{TextFormatter.Format(row?.Source)} → {move.To}",
        row is { HasEnded: true } ? TextFormatter.FormatShort(row.Phase, row.Outcome) : "not ended",
        row?.Outcome == MigrationOutcome.Refused ? TextFormatter.Placeholder : TextFormatter.Format(row?.TotalTime),
        row is { Succeeded: true } ? TextFormatter.Format(row.ActualDowntime) : TextFormatter.Placeholder,
        row?.Transferred is { Count: > 0 } sent ? sent.ToString() : TextFormatter.Placeholder,
        row?.Sample is { Copy.Iteration: > 0 and var pass } ? $"{pass}" : TextFormatter.Placeholder,
        Notes(move, row),
        row?.Outcome == move.Expected);

    private static string Notes(DemoMove move, WatchedMigration? row)
    {
        List<string> notes = [move.Description];
        if (row?.ThrottleMax is { Value: > 0 } throttle)
            notes.Add($"vCPU throttle up to {throttle}");
        if (move.Policy is not null && row is { PolicySummary.Length: > 0 })
            notes.Add(row.PolicySummary);
        if (row is { Outcome: MigrationOutcome.Refused })
            notes = [TextFormatter.ToSingleLine(row.Reason)];
        if (row?.Outcome != move.Expected)
            notes.Add($"expected {TextFormatter.Format(move.Expected)}, {DescribeActual(row)}");
        return string.Join(", ", notes);
    }

    private static string DescribeActual(WatchedMigration? row) => row switch
    {
        null => "but it was never started",
        { HasEnded: false } => $"but it is still in {TextFormatter.FormatShort(row.Phase)}",
        { Reason.Length: > 0 } => $"but: {TextFormatter.ToSingleLine(row.Reason)}",
        _ => "but it ended differently",
    };

    internal sealed record Line(
        string Vm, string Route, string Outcome, string Total, string Downtime, string Sent, string Passes, string Notes, bool IsAsExpected);
}
