using Mesh.Cli.Output;
using Mesh.Contracts.Migrations;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Mesh.Cli.Watching;

/// <summary>
/// Draws migrations as a table with progress bars, and below it their forecasts and latest changes as far as there is room. Columns
/// that do not fit the terminal's width are omitted, the least important first.
/// </summary>
internal static class LiveTable
{
    private const int WideColumns = 124;
    private const int MiddleColumns = 96;
    private const int RowsMax = 200;

    public static IRenderable Draw(IReadOnlyList<WatchedMigration> rows, int columns, int lines)
    {
        var shown = SelectRows(rows, Math.Clamp(lines - 3, 1, RowsMax));
        var notes = FitLines([.. shown.Where(row => !row.HasEnded).SelectMany(Notes).Select(TextFormatter.ToSingleLine)], columns - 1, lines - 3 - Math.Max(1, shown.Count));
        return new Rows([CreateTable(rows, shown, columns), .. notes.Select(note => new Markup($"[grey]{Markup.Escape(note)}[/]"))]);
    }

    // Whole sentences if all fit, otherwise the beginning of each.
    private static IEnumerable<string> FitLines(IReadOnlyList<string> notes, int columns, int lines)
    {
        string[] whole = [.. notes.SelectMany(note => TextFormatter.Wrap(note, columns))];
        return whole.Length <= lines ? whole : notes.Select(note => TextFormatter.Truncate(note, columns)).Take(Math.Max(0, lines));
    }

    private static Table CreateTable(IReadOnlyList<WatchedMigration> rows, IReadOnlyList<WatchedMigration> shown, int columns)
    {
        var (isWide, isMiddle) = (columns >= WideColumns, columns >= MiddleColumns);
        var table = new Table { Border = TableBorder.None, ShowHeaders = true };
        foreach (var (header, width) in Headers(isWide, isMiddle))
            table.AddColumn(new TableColumn($"[grey]{header}[/]") { NoWrap = true, Width = width, Padding = new Padding(0, 0, 2, 0) });

        foreach (var row in shown)
            table.AddRow([.. Cells(row, isWide, isMiddle).Select(cell => new Markup(cell))]);

        // At least two lines: for a single one Spectre moves the cursor up by "0" lines, which terminals treat as one.
        if (shown.Count == 0)
            table.AddRow(new Markup("[grey]none yet[/]"));
        if (shown.Count < rows.Count)
            table.Caption = new TableTitle($"and {rows.Count - shown.Count} more");
        return table;
    }

    // Fixed widths for changing values, so that the table does not move.
    private static IEnumerable<(string Header, int? Width)> Headers(bool isWide, bool isMiddle)
    {
        yield return ("vm", null);
        yield return ("from → to", null);
        yield return ("phase", 11);
        yield return ("copied", BarColumns(isWide, isMiddle) + 5);
        yield return ("remaining", 10);
        if (isMiddle)
            yield return ("bandwidth", 11);
        if (isWide)
            yield return ("dirty rate", 11);
        yield return ("downtime", 8);
        if (isWide)
            yield return ("throttle", 8);
    }

    private static IEnumerable<string> Cells(WatchedMigration row, bool isWide, bool isMiddle)
    {
        var isRunning = !row.HasEnded;
        yield return Markup.Escape(TextFormatter.Truncate(TextFormatter.ToSingleLine(row.VmName), 16));
        yield return Markup.Escape($"{TextFormatter.Format(row.Source)} → {TextFormatter.FormatDestination(row.Destination)}");
        yield return $"[{Colour(row)}]{(row.Stalled && isRunning ? "stalled" : TextFormatter.FormatShort(row.Phase, row.Outcome))}[/]";
        yield return $"{ProgressBar.Render(row.Progress, BarColumns(isWide, isMiddle), Colour(row))} {row.Progress.Value,3}%";
        yield return isRunning ? TextFormatter.Format(row.Remaining) : TextFormatter.Placeholder;
        if (isMiddle)
            yield return isRunning ? TextFormatter.Format(row.Sample?.Copy.Bandwidth) : TextFormatter.Placeholder;
        if (isWide)
            yield return isRunning ? TextFormatter.Format(row.DirtyRate) : TextFormatter.Placeholder;
        yield return isRunning || row.Succeeded ? TextFormatter.Format(row.Downtime) : TextFormatter.Placeholder;
        if (isWide)
            yield return row.Sample?.Throttle is { Value: > 0 } throttle && isRunning ? $"{throttle}" : TextFormatter.Placeholder;
    }

    private static IEnumerable<string> Notes(WatchedMigration row)
    {
        if (row.Queue is { } queue)
            yield return $"{row.VmName}: {MigrationText.Describe(queue)}";
        if (row.Forecast is { } forecast)
            yield return $"{row.VmName}: {TextFormatter.ToSingleLine(forecast.Text)}";
        if (row.LatestChange.Length > 0)
            yield return $"{row.VmName}: {row.LatestChange}{(row.LatestAnswers.Length > 0 ? $": {row.LatestAnswers}" : "")}";
    }

    private static int BarColumns(bool isWide, bool isMiddle) => isWide ? 24 : isMiddle ? 16 : 8;

    // If not all fit, running migrations come first.
    private static IReadOnlyList<WatchedMigration> SelectRows(IReadOnlyList<WatchedMigration> rows, int countMax) =>
        rows.Count <= countMax ? rows : [.. rows.Where(row => !row.HasEnded).Concat(rows.Where(row => row.HasEnded).Reverse()).Take(countMax)];

    private static string Colour(WatchedMigration row) => row switch
    {
        { Succeeded: true } => "green",
        { Outcome: MigrationOutcome.AbortedByOperator or MigrationOutcome.AbortedByPolicy } => "yellow",
        { HasEnded: true } => "red",
        { Stalled: true } => "yellow",
        { Phase: MigrationPhase.Queued or MigrationPhase.Ready } => "grey",
        { Phase: MigrationPhase.PostCopy or MigrationPhase.SwitchOver } => "fuchsia",
        _ => "aqua",
    };
}
