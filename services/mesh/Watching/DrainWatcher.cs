using Mesh.Cli.Client;
using Mesh.Cli.Output;
using Mesh.Contracts.Scheduling;

namespace Mesh.Cli.Watching;

/// <summary>Watches a drain to its end, over interruptions of the gateway.</summary>
internal sealed class DrainWatcher(Io io, MeshClient client, OutputFormat output)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(5);

    private DateTimeOffset? _lastProgressAt;

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
                ExitCodes.Interrupted, $"not watching any more; the drain goes on (mesh drains {drain.Id}, mesh drain --cancel {drain.Id})");
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
            catch (CliException e) when (e.ExitCode == ExitCodes.Unreachable)
            {
                lostAt ??= io.Time.GetUtcNow();
                if (io.Time.GetUtcNow() - lostAt > StreamFollower.MaxOutage)
                    throw;
            }

            await Task.Delay(PollInterval, io.Time, cancellation);
        }
    }

    // A line for every machine whose state changes, and one for the whole now and then; a program gets every change whole.
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
            Line(now, $"planned anew: {DrainText.DescribePrediction(after)}");
        if (after.State != DrainState.Running || (_lastProgressAt is { } told && now - told < ProgressInterval))
            return;
        _lastProgressAt = now;
        Line(now, DrainText.DescribeProgress(after, now));
    }

    private void Line(DateTimeOffset now, string text)
    {
        io.Out.WriteLine($"{TimeZoneInfo.ConvertTime(now, io.Time.LocalTimeZone):HH:mm:ss}  {TextFormatter.ToSingleLine(text)}");
        io.Out.Flush();
    }
}
