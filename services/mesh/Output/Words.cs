using System.Text.Json;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;

namespace Mesh.Cli.Output;

/// <summary>Values in words for people; the words are those of the JSON.</summary>
internal static class Words
{
    public const string None = "-";

    /// <summary>An enumeration's value as in the JSON, such as <c>preCopy</c>.</summary>
    public static string Of<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    public static string Of(MigrationPhase phase, MigrationOutcome? outcome) => outcome is { } end ? Of(end) : Of(phase);

    /// <summary>The state in a word or two, for displays where room is short.</summary>
    public static string Short(MigrationPhase phase, MigrationOutcome? outcome) => (outcome, phase) switch
    {
        (MigrationOutcome.Completed, _) => "completed",
        (MigrationOutcome.CompletedPostCopy, _) => "post-copied",
        (MigrationOutcome.AbortedByOperator or MigrationOutcome.AbortedByPolicy, _) => "aborted",
        (MigrationOutcome.TimedOut, _) => "timed out",
        ({ } end, _) => Of(end),
        (null, MigrationPhase.PreCopy) => "pre-copy",
        (null, MigrationPhase.SwitchOver) => "switch-over",
        (null, MigrationPhase.PostCopy) => "post-copy",
        (null, MigrationPhase.CleaningUp) => "cleaning up",
        _ => Of(phase),
    };

    public static string Of(HostName? host) => host?.ToString() ?? "?";

    /// <summary>Where something goes; a dash while that is not decided.</summary>
    public static string To(HostName? host) => host?.ToString() ?? None;

    /// <summary>Milliseconds below a second, otherwise seconds or minutes.</summary>
    public static string Of(TimeSpan? time) => time switch
    {
        null => None,
        { TotalSeconds: < 1 } short_ => $"{short_.TotalMilliseconds:0} ms",
        { TotalMinutes: < 10 } medium => $"{medium.TotalSeconds:0.0} s",
        { TotalHours: < 48 } long_ => $"{(int)long_.TotalHours}:{long_:mm\\:ss} h",
        var days => $"{days.Value.TotalDays:0.#} d",
    };

    public static string Of(Bytes? amount) => amount?.ToString() ?? None;

    public static string Of(BytesPerSecond? rate) => rate is null or { Count: 0 } ? None : rate.Value.ToString();

    public static string Of(DateTimeOffset? at) => at?.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss") ?? None;

    /// <summary>One line, whatever a message from elsewhere holds.</summary>
    public static string OneLine(string text) => string.Join(' ', text.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    /// <summary>The text, or its beginning where it is too long.</summary>
    public static string Shorten(string text, int lengthMax) => text.Length <= lengthMax ? text : $"{text.AsSpan(0, Math.Max(1, lengthMax - 1))}…";

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
