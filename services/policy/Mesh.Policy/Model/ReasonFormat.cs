using Mesh.Contracts.Telemetry;

namespace Mesh.Policy.Model;

/// <summary>Formats numbers in reasons.</summary>
internal static class ReasonFormat
{
    public static string Duration(TimeSpan time) =>
        time.Ticks is > 0 and < TimeSpan.TicksPerSecond ? $"{time.TotalMilliseconds:0.#} ms" : $"{time.TotalSeconds:0.##} s";

    public static string Passes(long count) => count == 1 ? "1 pass" : $"{count} passes";
}

/// <summary>Formats predicted times with the precision of a prediction.</summary>
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

/// <summary>Rounds times to what a stored plan has: whole milliseconds. A plan must decide the same whether or not it was stored in between.</summary>
internal static class TimeRounding
{
    public static TimeSpan ToMilliseconds(TimeSpan time) => TimeSpan.FromMilliseconds(time.Ticks / TimeSpan.TicksPerMillisecond);

    public static CopyStatistics ToMilliseconds(CopyStatistics copy) =>
        copy.Elapsed.Ticks % TimeSpan.TicksPerMillisecond == 0 ? copy : copy with { Elapsed = ToMilliseconds(copy.Elapsed) };

    public static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
