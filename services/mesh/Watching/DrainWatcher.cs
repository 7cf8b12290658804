using Mesh.Cli.Client;
using Mesh.Cli.Output;
using Mesh.Contracts.Scheduling;

namespace Mesh.Cli.Watching;

/// <summary>Watches a drain to its end, over interruptions of the gateway.</summary>
internal sealed class DrainWatcher(Io io, MeshClient client, OutputFormat output)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(5);

    private DateTimeOffset? _toldAt;

    /// <summary>Shows the drain until it is over, and returns 0 if every machine has moved.</summary>
    /// <param name="drain">The drain as it stands.</param>
    /// <param name="cancellation">Ends the watching.</param>
    /// <exception cref="CliException">It ended otherwise; with the exit code that this deserves.</exception>
    public async Task<int> WatchAsync(DrainView drain, CancellationToken cancellation)
    {
        var shown = drain;
        try
        {
            async Task Follow()
            {
                while (shown.State == DrainState.Running)
                {
                    await Task.Delay(LookEvery, io.Time, cancellation);
                    var next = await LookAsync(drain.Id, cancellation);
                    Tell(shown, next);
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
                ExitCodes.Interrupted, $"not watching any more; the drain goes on (mesh drains {drain.Id}, mesh drain --withdraw {drain.Id})");
        }

        var code = CodeOf(shown);
        if (code != ExitCodes.Done)
            throw new CliException(code, Drains.Ending(shown));
        if (output == OutputFormat.Table)
            io.Out.WriteLine(Drains.Ending(shown));
        return code;
    }

    private static int CodeOf(DrainView drain) => drain switch
    {
        { State: DrainState.Withdrawn } => ExitCodes.Aborted,
        { State: DrainState.Done, Stuck.Count: 0 } => ExitCodes.Done,
        _ => ExitCodes.Refused,
    };

    private async Task<DrainView> LookAsync(string id, CancellationToken cancellation)
    {
        DateTimeOffset? awaySince = null;
        while (true)
        {
            try
            {
                return await client.DrainAsync(id, cancellation);
            }
            catch (CliException e) when (e.ExitCode == ExitCodes.Unreachable)
            {
                awaySince ??= io.Time.GetUtcNow();
                if (io.Time.GetUtcNow() - awaySince > Follower.AbsenceMax)
                    throw;
            }

            await Task.Delay(LookEvery, io.Time, cancellation);
        }
    }

    // A line for every machine whose state changes, and one for the whole now and then; a program gets every change whole.
    private void Tell(DrainView before, DrainView after)
    {
        if (output == OutputFormat.Json)
        {
            Json.WriteLine(io, after);
            return;
        }

        if (io.IsTerminal)
            return;
        var now = io.Time.GetUtcNow();
        var known = before.Moves.ToDictionary(move => move.Vm);
        foreach (var move in after.Moves.Where(move => known.GetValueOrDefault(move.Vm)?.State != move.State))
            Line(now, $"{move.VmName}  {move.From} -> {move.To}  {Words.Of(move.State)}{(move.Note.Length > 0 ? $": {move.Note}" : "")}");
        if (after.Replans > before.Replans)
            Line(now, $"planned anew: {Drains.Prediction(after)}");
        if (after.State != DrainState.Running || (_toldAt is { } told && now - told < ProgressInterval))
            return;
        _toldAt = now;
        Line(now, Drains.Standing(after, now));
    }

    private void Line(DateTimeOffset now, string text)
    {
        io.Out.WriteLine($"{TimeZoneInfo.ConvertTime(now, io.Time.LocalTimeZone):HH:mm:ss}  {Words.OneLine(text)}");
        io.Out.Flush();
    }
}
