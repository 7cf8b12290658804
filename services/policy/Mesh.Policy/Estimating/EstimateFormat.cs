using Mesh.Policy.Model;

namespace Mesh.Policy.Estimating;

/// <summary>Puts predicted times as exactly as a prediction is.</summary>
internal static class EstimateFormat
{
    private static readonly TimeSpan Never = TimeSpan.FromDays(30);

    /// <summary>A time in seconds with about two digits: <c>180 ms</c>, <c>3.4 s</c>, <c>12 s</c>, <c>5 min</c>, <c>3 h</c>.</summary>
    public static string Duration(double seconds) => Duration(ToTimeSpan(seconds));

    /// <inheritdoc cref="Duration(double)"/>
    public static string Duration(TimeSpan time) => time.TotalSeconds switch
    {
        >= 7200 => $"{time.TotalHours:0.#} h",
        >= 180 => $"{time.TotalMinutes:0} min",
        >= 9.5 => ReasonFormat.Duration(TimeSpan.FromSeconds(Math.Round(time.TotalSeconds))),
        >= 0.995 => ReasonFormat.Duration(TimeSpan.FromSeconds(Math.Round(time.TotalSeconds, 1))),
        _ => ReasonFormat.Duration(TimeSpan.FromMilliseconds(Math.Round(time.TotalMilliseconds / 10) * 10)),
    };

    /// <summary>A time in seconds, in whole milliseconds; at most 30 days.</summary>
    public static TimeSpan ToTimeSpan(double seconds) =>
        seconds < Never.TotalSeconds ? TimeRounding.ToMilliseconds(TimeSpan.FromSeconds(Math.Max(0, seconds))) : Never;
}
