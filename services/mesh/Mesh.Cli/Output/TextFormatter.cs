using System.Globalization;
using System.Text.Json;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;

namespace Mesh.Cli.Output;

/// <summary>Formats values for people, with the names used in JSON.</summary>
internal static class TextFormatter
{
    public const string Placeholder = "-";

    /// <summary>An enum value as in JSON, such as <c>preCopy</c>.</summary>
    public static string Format<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    public static string Format(MigrationPhase phase, MigrationOutcome? outcome) => outcome is { } end ? Format(end) : Format(phase);

    /// <summary>A short form of the state, for tables.</summary>
    public static string FormatShort(MigrationPhase phase, MigrationOutcome? outcome = null) => (outcome, phase) switch
    {
        (MigrationOutcome.Completed, _) => "completed",
        (MigrationOutcome.CompletedPostCopy, _) => "post-copied",
        (MigrationOutcome.AbortedByOperator or MigrationOutcome.AbortedByPolicy, _) => "aborted",
        (MigrationOutcome.TimedOut, _) => "timed out",
        (MigrationOutcome.CompletedNotRunning, _) => "not running",
        (MigrationOutcome.GuestStopped, _) => "guest stopped",
        ({ } end, _) => Format(end),
        (null, MigrationPhase.PreCopy) => "pre-copy",
        (null, MigrationPhase.SwitchOver) => "switchover",
        (null, MigrationPhase.PostCopy) => "post-copy",
        (null, MigrationPhase.CleaningUp) => "cleaning up",
        _ => Format(phase),
    };

    public static string Format(HostName? host) => host?.ToString() ?? "?";

    /// <summary>A destination; a dash while none is chosen.</summary>
    public static string FormatDestination(HostName? host) => host?.ToString() ?? Placeholder;

    /// <summary>A duration with one or two units, such as <c>180 ms</c>, <c>12.1 s</c>, <c>10 min 2 s</c>, <c>3 h 12 min</c> or <c>2.5 d</c>.</summary>
    public static string Format(TimeSpan? time) => time switch
    {
        null => Placeholder,
        { TotalSeconds: < 1 } brief => $"{brief.TotalMilliseconds:0} ms",
        { TotalMinutes: < 10 } seconds => $"{seconds.TotalSeconds:0.0} s",
        { TotalHours: < 1 } minutes => $"{minutes.Minutes} min {minutes.Seconds} s",
        { TotalHours: < 48 } hours => $"{(int)hours.TotalHours} h {hours.Minutes} min",
        var days => $"{days.Value.TotalDays:0.#} d",
    };

    /// <summary>How long ago something was, by this computer's clock; of a time that is still to come by another's, zero.</summary>
    public static string FormatAge(DateTimeOffset? at, DateTimeOffset now) =>
        at is { } past ? $"{Format(now > past ? now - past : TimeSpan.Zero)} ago" : "never";

    public static string Format(Bytes? amount) => amount?.ToString() ?? Placeholder;

    public static string Format(BytesPerSecond? rate) => rate is null or { Count: 0 } ? Placeholder : rate.Value.ToString();

    /// <summary>A time in the local zone, with the zone's offset.</summary>
    public static string Format(DateTimeOffset? at) => at?.ToLocalTime().ToString("yyyy-MM-dd HH:mm:sszzz", CultureInfo.InvariantCulture) ?? Placeholder;

    /// <summary>The time of day, with the zone's offset.</summary>
    public static string FormatTimeOfDay(DateTimeOffset at) => at.ToString("HH:mm:sszzz", CultureInfo.InvariantCulture);

    /// <summary>The text without line breaks and other control characters, which could change what a terminal shows.</summary>
    public static string ToSingleLine(string text)
    {
        if (!text.Any(char.IsControl))
            return text.Trim();
        var line = string.Join(' ', text.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        return string.Create(line.Length, line, static (span, from) =>
        {
            for (var index = 0; index < span.Length; index++)
                span[index] = char.IsControl(from[index]) ? from[index] == '\t' ? ' ' : '\uFFFD' : from[index];
        });
    }

    /// <summary>The text, cut off if it is too long.</summary>
    public static string Truncate(string text, int lengthMax)
    {
        if (text.Length <= lengthMax)
            return text;
        var length = Math.Max(1, lengthMax - 1);

        // Not between the two halves of a character.
        return $"{text.AsSpan(0, length > 1 && char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)}…";
    }

    /// <summary>Wraps the text between words.</summary>
    public static IReadOnlyList<string> Wrap(string text, int lengthMax)
    {
        List<string> lines = [];
        while (text.Length > lengthMax)
        {
            var at = text.LastIndexOf(' ', lengthMax);
            lines.Add(text[..(at > 0 ? at : lengthMax)]);
            text = text[(at > 0 ? at + 1 : lengthMax)..];
        }

        return [.. lines, text];
    }
}
