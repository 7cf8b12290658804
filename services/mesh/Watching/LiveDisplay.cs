using Mesh.Cli.Client;

namespace Mesh.Cli.Watching;

/// <summary>A table that redraws itself, for a person at a terminal.</summary>
internal sealed class LiveDisplay(Io io, WatchedMigrations migrations) : IWatchDisplay
{
    public void Handle(StreamItem item) => migrations.Apply(item);

    public Task ShowAsync(Func<Task> follow) => LiveScreen.ShowAsync(io, (columns, lines) => LiveTable.Draw(migrations.Rows, columns, lines), follow);
}
