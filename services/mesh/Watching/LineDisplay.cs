using Mesh.Cli.Client;
using Mesh.Cli.Output;
using Mesh.Contracts.Events;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;

namespace Mesh.Cli.Watching;

/// <summary>
/// Plain lines, for logs and pipes: one for whatever changes a migration's course, and one for its progress every few seconds.
/// </summary>
internal sealed class LineDisplay(Io io, Board board) : IWatchDisplay
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(2);
    private readonly Dictionary<MigrationId, DateTimeOffset> _progressAt = [];
    private readonly HashSet<MigrationId> _hopeless = [];

    public void Take(StreamItem item)
    {
        var (before, after) = board.Take(item);
        var line = item switch
        {
            _ when before == after => null,
            StreamItem.Stands => after.HasEnded && before is { HasEnded: true } ? null : State(after),
            StreamItem.Happened { Event: MigrationProgressed } => IsProgressDue(after.Id) ? Progress(after) : null,
            StreamItem.Happened { Event: MigrationStalled stalled } => $"stalled: no new low of what remains for {Words.Of(stalled.StalledFor)}",
            StreamItem.Happened { Event: MigrationDecided } => after.LatestChange,
            StreamItem.Happened { Event: MigrationParametersChanged changed } => Parameters(changed),
            StreamItem.Happened { Event: MigrationRerun rerun } => $"{Words.Of(rerun.Destination)} failed ({rerun.Failure}); waits for another host, attempt {rerun.Attempt}",
            StreamItem.Happened { Event: MigrationEnded } => Ending.InWords(after),
            StreamItem.Happened { Event: MigrationRequested requested } => $"requested by {requested.RequestedBy}",
            _ => State(after),
        };
        if (line is null)
            return;
        io.Out.WriteLine($"{io.Time.GetLocalNow():HH:mm:ss}  {after.VmName}  {Words.Of(after.Source)} -> {Words.To(after.Destination)}  {Words.OneLine(line)}");
        io.Out.Flush();
    }

    public Task ShowAsync(Func<Task> follow) => follow();

    private bool IsProgressDue(MigrationId id)
    {
        var now = io.Time.GetUtcNow();
        if (_progressAt.TryGetValue(id, out var last) && now - last < ProgressInterval)
            return false;
        _progressAt[id] = now;
        return true;
    }

    private static string State(Row row) => row switch
    {
        { HasEnded: true } => Ending.InWords(row),
        { Queue: { } queue } => $"{Words.Of(row.Phase)}: {Queues.InWords(queue)}",
        { Reason.Length: > 0 } => $"{Words.Of(row.Phase)}: {row.Reason}",
        _ => Words.Of(row.Phase),
    };

    private string Progress(Row row)
    {
        var line = $"{Words.Of(row.Phase)} {row.Progress}, {Words.Of(row.Remaining)} left at {Words.Of(row.Sample?.Bandwidth)}";
        if (row.DirtyRate is { } dirty)
            line += $", dirties {Words.Of(dirty)}";
        if (row.Sample?.Throttle is { Value: > 0 } throttle)
            line += $", slowed down by {throttle}";
        return row.Forecast is { } forecast ? $"{line}; {Expected(row.Id, forecast)}" : line;
    }

    // Why it does not converge is told once, and not every time that the numbers change.
    private string Expected(MigrationId id, MigrationForecast forecast)
    {
        if (!forecast.Converges)
            return _hopeless.Add(id) ? forecast.Text : "does not converge";
        _hopeless.Remove(id);
        return forecast.Text;
    }

    // Why they were changed was told when that was decided; only what is set at the start was never decided.
    private static string Parameters(MigrationParametersChanged changed) =>
        Changes.InWords(changed.Parameters) + (changed.By is null && changed.Reason.Length > 0 ? $"; {changed.Reason}" : "");
}
