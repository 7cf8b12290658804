using Mesh.Cli.Client;
using Mesh.Cli.Output;

namespace Mesh.Cli.Watching;

/// <summary>One JSON object per line: events as the API has them, and views as <c>{"event":"view","migration":{…}}</c>.</summary>
internal sealed class JsonDisplay(Io io) : IWatchDisplay
{
    public void Take(StreamItem item)
    {
        if (item is StreamItem.Stands stands)
            Json.WriteLine(io, new { @event = "view", migration = stands.View });
        else if (item is StreamItem.Happened happened)
            Json.WriteLine(io, happened.Event);
    }

    public Task ShowAsync(Func<Task> follow) => follow();
}
