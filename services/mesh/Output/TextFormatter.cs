using System.Text.Json;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;

namespace Mesh.Cli.Output;

/// <summary>Values in words for people; the words are those of the JSON.</summary>
internal static class TextFormatter
{
    public const string Placeholder = "-";

    /// <summary>An enumeration's value as in the JSON, such as <c>preCopy</c>.</summary>
    public static string Format<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    public static string Format(MigrationPhase phase, MigrationOutcome? outcome) => outcome is { } end ? Format(end) : Format(phase);

    /// <summary>The state in a word or two, for displays where room is short.</summary>
    public static string FormatShort(MigrationPhase phase, MigrationOutcome? outcome) => (outcome, phase) switch
    {
        (MigrationOutcome.Completed, _) => "completed",
        (MigrationOutcome.CompletedPostCopy, _) => "post-copied",
        (MigrationOutcome.AbortedByOperator or MigrationOutcome.AbortedByPolicy, _) => "aborted",
        (MigrationOutcome.TimedOut, _) => "timed out",
        ({ } end, _) => Format(end),
        (null, MigrationPhase.PreCopy) => "pre-copy",
        (null, MigrationPhase.SwitchOver) => "switch-over",
        (null, MigrationPhase.PostCopy) => "post-copy",
        (null, MigrationPhase.CleaningUp) => "cleaning up",
        _ => Format(phase),
    };

    public static string Format(HostName? host) => host?.ToString() ?? "?";

    /// <summary>Where something goes; a dash while that is not decided.</summary>
    public static string FormatDestination(HostName? host) => host?.ToString() ?? Placeholder;

    /// <summary>Milliseconds below a second, otherwise seconds or minutes.</summary>
    public static string Format(TimeSpan? time) => time switch
    {
        null => Placeholder,
        { TotalSeconds: < 1 } short_ => $"{short_.TotalMilliseconds:0} ms",
        { TotalMinutes: < 10 } medium => $"{medium.TotalSeconds:0.0} s",
        { TotalHours: < 48 } long_ => $"{(int)long_.TotalHours}:{long_:mm\\:ss} h",
        var days => $"{days.Value.TotalDays:0.#} d",
    };

    public static string Format(Bytes? amount) => amount?.ToString() ?? Placeholder;

    public static string Format(BytesPerSecond? rate) => rate is null or { Count: 0 } ? Placeholder : rate.Value.ToString();

    public static string Format(DateTimeOffset? at) => at?.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss") ?? Placeholder;

    /// <summary>One line, whatever a message from elsewhere holds.</summary>
    public static string ToSingleLine(string text) => string.Join(' ', text.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    /// <summary>The text, or its beginning where it is too long.</summary>
    public static string Truncate(string text, int lengthMax) => text.Length <= lengthMax ? text : $"{text.AsSpan(0, Math.Max(1, lengthMax - 1))}…";

    /// <summary>The text in lines that are no longer than that, broken between words where there are any.</summary>
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
