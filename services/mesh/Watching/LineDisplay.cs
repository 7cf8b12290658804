using Mesh.Cli.Client;
using Mesh.Cli.Output;
using Mesh.Contracts.Events;
using Mesh.Contracts.Values;

namespace Mesh.Cli.Watching;

/// <summary>
/// Plain lines, for logs and pipes: one for whatever changes a migration's course, and one for its progress every few seconds.
/// </summary>
internal sealed class LineDisplay(Io io, Board board) : IWatchDisplay
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(2);
    private readonly Dictionary<MigrationId, DateTimeOffset> _progressAt = [];

    public void Take(StreamItem item)
    {
        var (before, after) = board.Take(item);
        var line = item switch
        {
            _ when before == after => null,
            StreamItem.Stands => after.HasEnded && before is { HasEnded: true } ? null : State(after),
            StreamItem.Happened { Event: MigrationProgressed } => IsProgressDue(after.Id) ? Progress(after) : null,
            StreamItem.Happened { Event: MigrationStalled stalled } => $"stalled: no new low of what remains for {Words.Of(stalled.StalledFor)}",
            StreamItem.Happened { Event: MigrationParametersChanged changed } => Parameters(changed),
            StreamItem.Happened { Event: MigrationRerun rerun } => $"attempt {rerun.Attempt}: {rerun.Destination} failed ({rerun.Failure}), trying {rerun.Next}",
            StreamItem.Happened { Event: MigrationEnded } => Ending.InWords(after),
            StreamItem.Happened { Event: MigrationRequested requested } => $"requested by {requested.RequestedBy}",
            _ => State(after),
        };
        if (line is null)
            return;
        io.Out.WriteLine($"{io.Time.GetLocalNow():HH:mm:ss}  {after.VmName}  {Words.Of(after.Source)} -> {after.Destination}  {Words.OneLine(line)}");
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

    private static string State(Row row) => row.HasEnded ? Ending.InWords(row)
        : row.Reason.Length > 0 ? $"{Words.Of(row.Phase)}: {row.Reason}" : Words.Of(row.Phase);

    private static string Progress(Row row)
    {
        var line = $"{Words.Of(row.Phase)} {row.Progress}, {Words.Of(row.Remaining)} left at {Words.Of(row.Sample?.Bandwidth)}";
        if (row.DirtyRate is { } dirty)
            line += $", dirties {Words.Of(dirty)}";
        if (row.Sample?.Throttle is { Value: > 0 } throttle)
            line += $", slowed down by {throttle}";
        return line;
    }

    private static string Parameters(MigrationParametersChanged changed) => string.Join("; ",
        changed.Parameters.Select(answer => $"{answer.Parameter} {Words.Of(answer.Result)}{(answer.Explanation.Length > 0 ? $" ({answer.Explanation})" : "")}"))
        + (changed.Reason.Length > 0 ? $"; {changed.Reason}" : "");
}
