using Spectre.Console;
using Spectre.Console.Rendering;

namespace Mesh.Cli.Watching;

/// <summary>A part of the terminal that redraws itself while something is followed.</summary>
internal static class LiveScreen
{
    private const int DefaultLines = 24;
    private static readonly TimeSpan RedrawInterval = TimeSpan.FromMilliseconds(150);

    /// <summary>Draws again and again for as long as <paramref name="follow"/> runs.</summary>
    /// <param name="io">The terminal.</param>
    /// <param name="draw">Draws for so many columns and lines.</param>
    /// <param name="follow">What is followed.</param>
    public static Task ShowAsync(Io io, Func<int, int, IRenderable> draw, Func<Task> follow)
    {
        IRenderable Draw()
        {
            var (columns, lines) = io.Window();
            return draw(columns, lines ?? DefaultLines);
        }

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
}
