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
        var bar = Bars.Of(drain.Progress, Math.Clamp(columns / 3, 8, BarColumnsMax), drain.Moves.Any(move => move.State == DrainMoveState.Failed) ? "yellow" : "aqua");
        List<IRenderable> parts = [new Markup(bar)];
        parts.AddRange(Words.Wrap(Drains.Standing(drain, now), columns - 1).Select(line => new Text(line)));
        parts.AddRange(drain.Moves.Where(move => move.State is DrainMoveState.Moving or DrainMoveState.Failed).OrderByDescending(move => move.State)
            .Take(Math.Max(0, lines - parts.Count - 1)).Select(move => new Text(Words.Shorten(InWords(move), columns - 1))));
        return new Rows(parts);
    }

    private static string InWords(DrainMove move) => Words.OneLine(
        $"{move.VmName}  {move.From} → {move.To}  {Words.Of(move.State)}{(move.Migration is { } id ? $"  {id}" : "")}{(move.Note.Length > 0 ? $"  {move.Note}" : "")}");
}
