namespace Mesh.Policy.Model;

/// <summary>How reasons put numbers.</summary>
internal static class ReasonFormat
{
    public static string Duration(TimeSpan time) =>
        time.Ticks is > 0 and < TimeSpan.TicksPerSecond ? $"{time.TotalMilliseconds:0.#} ms" : $"{time.TotalSeconds:0.##} s";

    public static string Passes(long count) => count == 1 ? "1 pass" : $"{count} passes";
}
