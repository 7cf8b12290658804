using Mesh.Cli.Shell;
using Mesh.Contracts.Values;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Mesh.Cli.Watching;

/// <summary>A part of the terminal that is redrawn periodically.</summary>
internal static class LiveScreen
{
    private const int DefaultLines = 24;
    private static readonly TimeSpan RedrawInterval = TimeSpan.FromMilliseconds(150);

    /// <summary>Redraws while <paramref name="follow"/> runs.</summary>
    /// <param name="io">The terminal.</param>
    /// <param name="draw">Draws for the given number of columns and lines.</param>
    /// <param name="follow">The work to wait for.</param>
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

/// <summary>A progress bar in Spectre's markup.</summary>
internal static class ProgressBar
{
    public static string Render(Percent progress, int width, string colour)
    {
        var done = progress.Value * width / 100;
        return $"[{colour}]{new string('━', done)}[/][grey]{new string('─', width - done)}[/]";
    }
}
