using Mesh.Contracts.Values;

namespace Mesh.Cli.Watching;

/// <summary>Progress as a bar, in Spectre's markup.</summary>
internal static class ProgressBar
{
    public static string Render(Percent progress, int width, string colour)
    {
        var done = progress.Value * width / 100;
        return $"[{colour}]{new string('━', done)}[/][grey]{new string('─', width - done)}[/]";
    }
}
