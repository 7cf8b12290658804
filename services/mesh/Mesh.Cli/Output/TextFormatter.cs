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

    /// <summary>The text without line breaks.</summary>
    public static string ToSingleLine(string text) => string.Join(' ', text.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    /// <summary>The text, cut off if it is too long.</summary>
    public static string Truncate(string text, int lengthMax) => text.Length <= lengthMax ? text : $"{text.AsSpan(0, Math.Max(1, lengthMax - 1))}…";

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
