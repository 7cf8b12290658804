using Mesh.Cli.Client;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Mesh.Cli.Watching;

/// <summary>A table that redraws itself, for a person at a terminal.</summary>
internal sealed class LiveDisplay(Io io, Board board) : IWatchDisplay
{
    private const int LinesUnlessKnown = 24;
    private static readonly TimeSpan RedrawInterval = TimeSpan.FromMilliseconds(150);

    public void Take(StreamItem item) => board.Take(item);

    public Task ShowAsync(Func<Task> follow)
    {
        var console = io.Ansi();
        return console.Live(Draw()).Overflow(VerticalOverflow.Ellipsis).Cropping(VerticalOverflowCropping.Bottom).StartAsync(async live =>
        {
            using var timer = new PeriodicTimer(RedrawInterval, io.Time);
            var following = follow();
            while (!following.IsCompleted)
            {
                live.UpdateTarget(Draw());
                await Task.WhenAny(following, timer.WaitForNextTickAsync().AsTask());
            }

            live.UpdateTarget(Draw());
            await following;
        });
    }

    private IRenderable Draw()
    {
        var (columns, lines) = io.Window();
        return LiveTable.Draw(board.Rows, columns, lines ?? LinesUnlessKnown);
    }
}
