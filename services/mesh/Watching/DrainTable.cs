using Mesh.Cli.Output;
using Mesh.Contracts.Scheduling;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Mesh.Cli.Watching;

/// <summary>Draws a drain: its bar, how far it has come, and the machines that move or need somebody.</summary>
internal static class DrainTable
{
    private const int BarColumnsMax = 40;

    public static IRenderable Draw(DrainView drain, DateTimeOffset now, int columns, int lines)
    {
        var bar = ProgressBar.Render(drain.Progress, Math.Clamp(columns / 3, 8, BarColumnsMax), drain.Moves.Any(move => move.State == DrainMoveState.Failed) ? "yellow" : "aqua");
        List<IRenderable> parts = [new Markup(bar)];
        parts.AddRange(TextFormatter.Wrap(DrainText.DescribeProgress(drain, now), columns - 1).Select(line => new Text(line)));
        parts.AddRange(drain.Moves.Where(move => move.State is DrainMoveState.Migrating or DrainMoveState.Failed).OrderByDescending(move => move.State)
            .Take(Math.Max(0, lines - parts.Count - 1)).Select(move => new Text(TextFormatter.Truncate(Describe(move), columns - 1))));
        return new Rows(parts);
    }

    private static string Describe(DrainMove move) => TextFormatter.ToSingleLine(
        $"{move.VmName}  {move.From} → {move.To}  {TextFormatter.Format(move.State)}{(move.Migration is { } id ? $"  {id}" : "")}{(move.Message.Length > 0 ? $"  {move.Message}" : "")}");
}
