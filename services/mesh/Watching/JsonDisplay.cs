using Mesh.Cli.Client;
using Mesh.Cli.Output;

namespace Mesh.Cli.Watching;

/// <summary>One JSON object per line: events as the API has them, and views as <c>{"event":"view","migration":{…}}</c>.</summary>
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
