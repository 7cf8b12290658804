using Mesh.Cli.Client;
using Mesh.Cli.Output;
using Mesh.Cli.Shell;
using Mesh.Contracts.Scheduling;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Mesh.Cli.Watching;

/// <summary>Watches a drain until it has ended, across interruptions of the gateway.</summary>
internal sealed class DrainWatcher(Io io, MeshClient client, OutputFormat output)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(5);

    private DateTimeOffset? _lastProgressAt;

    /// <summary>Displays the drain until it has ended, and returns 0 if all VMs were migrated.</summary>
    /// <param name="drain">The drain's current state.</param>
    /// <param name="cancellation">Stops watching.</param>
    /// <exception cref="CliException">It had another result; with its exit code.</exception>
    public async Task<int> WatchAsync(DrainView drain, CancellationToken cancellation)
    {
        var shown = drain;
        try
        {
            async Task Follow()
            {
                while (shown.State == DrainState.Running)
                {
                    await Task.Delay(PollInterval, io.Time, cancellation);
                    var next = await PollAsync(drain.Id, cancellation);
                    WriteChanges(shown, next);
                    shown = next;
                }
            }

            if (output == OutputFormat.Table && io.IsTerminal)
                await LiveScreen.ShowAsync(io, (columns, lines) => DrainTable.Draw(shown, io.Time.GetUtcNow(), columns, lines), Follow);
            else
                await Follow();
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            throw new CliException(
                ExitCodes.Interrupted, $"stopped watching; the drain continues (mesh drains {drain.Id}, mesh drain --cancel {drain.Id})");
        }

        var code = CodeOf(shown);
        if (code != ExitCodes.Success)
            throw new CliException(code, DrainText.DescribeEnd(shown));
        if (output == OutputFormat.Table)
            io.Out.WriteLine(DrainText.DescribeEnd(shown));
        return code;
    }

    private static int CodeOf(DrainView drain) => drain switch
    {
        { State: DrainState.Cancelled } => ExitCodes.Aborted,
        { State: DrainState.Completed, BlockedVms.Count: 0 } => ExitCodes.Success,
        _ => ExitCodes.Refused,
    };

    private async Task<DrainView> PollAsync(string id, CancellationToken cancellation)
    {
        DateTimeOffset? lostAt = null;
        while (true)
        {
            try
            {
                return await client.DrainAsync(id, cancellation);
            }
            catch (CliException e) when (e.ExitCode == ExitCodes.Unreachable && !IsLost(ref lostAt))
            {
                // It continues in the mesh; the mesh may come back.
            }
            catch (CliException e) when (e.ExitCode != ExitCodes.NotFound)
            {
                throw new CliException(e.ExitCode, $"{e.Message}; the drain continues (mesh drains {id})", e) { Problem = e.Problem };
            }

            await Task.Delay(PollInterval, io.Time, cancellation);
        }
    }

    private bool IsLost(ref DateTimeOffset? since)
    {
        since ??= io.Time.GetUtcNow();
        return io.Time.GetUtcNow() - since > StreamFollower.MaxOutage;
    }

    // A line for each change of a move's state, and one for the progress every few seconds; in JSON the whole drain.
    private void WriteChanges(DrainView before, DrainView after)
    {
        if (output == OutputFormat.Json)
        {
            JsonOutput.WriteLine(io, after);
            return;
        }

        if (io.IsTerminal)
            return;
        var now = io.Time.GetUtcNow();
        var known = before.Moves.ToDictionary(move => move.Vm);
        foreach (var move in after.Moves.Where(move => known.GetValueOrDefault(move.Vm)?.State != move.State))
            Line(now, $"{move.VmName}  {move.From} -> {move.To}  {TextFormatter.Format(move.State)}{(move.Message.Length > 0 ? $": {move.Message}" : "")}");
        if (after.ReplanCount > before.ReplanCount)
            Line(now, $"replanned (#{after.ReplanCount}): {DrainText.DescribePrediction(after)}");
        if (after.State != DrainState.Running || (_lastProgressAt is { } last && now - last < ProgressInterval))
            return;
        _lastProgressAt = now;
        Line(now, DrainText.DescribeProgress(after, now));
    }

    private void Line(DateTimeOffset now, string text)
    {
        io.Out.WriteLine($"{TextFormatter.FormatTimeOfDay(TimeZoneInfo.ConvertTime(now, io.Time.LocalTimeZone))}  {TextFormatter.ToSingleLine(text)}");
        io.Out.Flush();
    }
}

/// <summary>Draws a drain: its progress, and the moves that are running or have failed.</summary>
internal static class DrainTable
{
    private const int BarColumnsMax = 40;

    public static IRenderable Draw(DrainView drain, DateTimeOffset now, int columns, int lines)
    {
        var colour = drain.Moves.Any(move => move.State == DrainMoveState.Failed) ? "yellow" : "aqua";
        var bar = ProgressBar.Render(drain.Progress, Math.Clamp(columns / 3, 8, BarColumnsMax), colour);
        List<IRenderable> parts = [new Markup(bar)];
        parts.AddRange(TextFormatter.Wrap(DrainText.DescribeProgress(drain, now), columns - 1).Select(line => new Text(line)));
        parts.AddRange(drain.Moves.Where(move => move.State is DrainMoveState.Migrating or DrainMoveState.Failed).OrderByDescending(move => move.State)
            .Take(Math.Max(0, lines - parts.Count - 1)).Select(move => new Text(TextFormatter.Truncate(Describe(move), columns - 1))));
        return new Rows(parts);
    }

    private static string Describe(DrainMove move) => TextFormatter.ToSingleLine(
        $"{move.VmName}  {move.From} → {move.To}  {TextFormatter.Format(move.State)}{(move.Migration is { } id ? $"  {id}" : "")}{(move.Message.Length > 0 ? $"  {move.Message}" : "")}");
}
