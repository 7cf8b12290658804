using Mesh.Cli.Client;
using Mesh.Cli.Output;
using Mesh.Cli.Shell;

namespace Mesh.Cli.Watching;

/// <summary>Displays a live stream.</summary>
internal interface IWatchDisplay
{
    /// <summary>Handles one item; called by one thread at a time.</summary>
    void Handle(StreamItem item);

    /// <summary>Displays while <paramref name="follow"/> runs.</summary>
    Task ShowAsync(Func<Task> follow);
}

/// <summary>Selects the display.</summary>
internal static class WatchDisplay
{
    public static IWatchDisplay Create(Io io, OutputFormat format, WatchedMigrations migrations) => format switch
    {
        OutputFormat.Json => new JsonDisplay(io),
        _ when io.IsTerminal => new LiveDisplay(io, migrations),
        _ => new LineDisplay(io, migrations),
    };
}

/// <summary>A live table in a terminal.</summary>
internal sealed class LiveDisplay(Io io, WatchedMigrations migrations) : IWatchDisplay
{
    public void Handle(StreamItem item) => migrations.Apply(item);

    public Task ShowAsync(Func<Task> follow) => LiveScreen.ShowAsync(io, (columns, lines) => LiveTable.Draw(migrations.Rows, columns, lines), follow);
}

/// <summary>One JSON object per line: events as in the API, and states as <c>{"event":"view","migration":{…}}</c>.</summary>
internal sealed class JsonDisplay(Io io) : IWatchDisplay
{
    public void Handle(StreamItem item)
    {
        if (item is StreamItem.Snapshot snapshot)
            JsonOutput.WriteLine(io, new { @event = "view", migration = snapshot.View });
        else if (item is StreamItem.Update migrationEvent)
            JsonOutput.WriteLine(io, migrationEvent.Event);
    }

    public Task ShowAsync(Func<Task> follow) => follow();
}
