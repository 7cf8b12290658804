using Mesh.Cli.Client;

namespace Mesh.Cli.Watching;

/// <summary>A table that redraws itself, for a person at a terminal.</summary>
internal sealed class LiveDisplay(Io io, Board board) : IWatchDisplay
{
    public void Take(StreamItem item) => board.Take(item);

    public Task ShowAsync(Func<Task> follow) => LiveScreen.ShowAsync(io, (columns, lines) => LiveTable.Draw(board.Rows, columns, lines), follow);
}
