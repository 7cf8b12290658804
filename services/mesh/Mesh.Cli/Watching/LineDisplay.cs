using Mesh.Cli.Client;
using Mesh.Cli.Output;
using Mesh.Cli.Shell;
using Mesh.Contracts.Events;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;

namespace Mesh.Cli.Watching;

/// <summary>
/// Plain lines, for logs and pipes: one for each change of state, and one for the progress every few seconds.
/// </summary>
internal sealed class LineDisplay(Io io, WatchedMigrations migrations) : IWatchDisplay
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(2);
    private readonly Dictionary<MigrationId, DateTimeOffset> _progressAt = [];
    private readonly HashSet<MigrationId> _nonConverging = [];

    public void Handle(StreamItem item)
    {
        var (before, after) = migrations.Apply(item);
        var line = item switch
        {
            _ when before == after => null,
            StreamItem.Snapshot => after.HasEnded && before is { HasEnded: true } ? null : State(after),
            StreamItem.Update { Event: MigrationProgressed } => IsProgressDue(after.Id) ? Progress(after) : null,
            StreamItem.Update { Event: MigrationStalled stalled } => $"stalled: remaining data has not reached a new minimum for {TextFormatter.Format(stalled.StalledFor)}",
            StreamItem.Update { Event: MigrationChangeRequested } => after.LatestChange,
            StreamItem.Update { Event: MigrationParametersChanged changed } => Parameters(changed),
            StreamItem.Update { Event: MigrationRequeued requeued } => $"{TextFormatter.Format(requeued.Destination)} failed ({requeued.Failure}); waiting for another host (attempt {requeued.Attempt})",
            StreamItem.Update { Event: MigrationEnded } => after.DescribeOutcome(),
            StreamItem.Update { Event: MigrationRequested requested } => $"requested by {requested.RequestedBy}",
            _ => State(after),
        };
        if (line is null)
            return;
        io.Out.WriteLine($"{TextFormatter.FormatTimeOfDay(io.Time.GetLocalNow())}  {TextFormatter.ToSingleLine(after.VmName)}  {TextFormatter.Format(after.Source)} -> {TextFormatter.FormatDestination(after.Destination)}  {TextFormatter.ToSingleLine(line)}");
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

    private static string State(WatchedMigration row) => row switch
    {
        { HasEnded: true } => row.DescribeOutcome(),
        { Queue: { } queue } => $"{TextFormatter.FormatShort(row.Phase)}: {MigrationText.Describe(queue)}",
        { Reason.Length: > 0 } => $"{TextFormatter.FormatShort(row.Phase)}: {row.Reason}",
        _ => TextFormatter.FormatShort(row.Phase),
    };

    private string Progress(WatchedMigration row)
    {
        var line = $"{TextFormatter.FormatShort(row.Phase)} {row.Progress}, {TextFormatter.Format(row.Remaining)} remaining";
        if (row.Sample?.Copy.Bandwidth is { Count: > 0 } bandwidth)
            line += $" at {bandwidth}";
        if (row.DirtyRate is { } dirty)
            line += $", dirty rate {TextFormatter.Format(dirty)}";
        if (row.Sample?.Throttle is { Value: > 0 } throttle)
            line += $", vCPU throttle {throttle}";
        return row.Forecast is { } forecast ? $"{line}; {DescribeForecast(row.Id, forecast)}" : line;
    }

    // The reason is printed once, not every time that the numbers change.
    private string DescribeForecast(MigrationId id, MigrationForecast forecast)
    {
        if (!forecast.Converges)
            return _nonConverging.Add(id) ? forecast.Text : "does not converge";
        _nonConverging.Remove(id);
        return forecast.Text;
    }

    // The reason was printed with the request; only parameters set at the start have none.
    private static string Parameters(MigrationParametersChanged changed) =>
        MigrationText.Describe(changed.Parameters) + (changed.RequestedBy is null && changed.Reason.Length > 0 ? $"; {changed.Reason}" : "");
}
