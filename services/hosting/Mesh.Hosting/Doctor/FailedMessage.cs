using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Mesh.Hosting.Doctor;

/// <summary>A message in an error queue.</summary>
/// <param name="Queue">The error queue.</param>
/// <param name="Host">The host that sent it; null if the message does not say.</param>
/// <param name="At">When it was set aside, as the broker's header says; null if there is none.</param>
/// <param name="Reason">Why it could not be handled, in plain words.</param>
/// <param name="Content">The message, cut after 2000 characters.</param>
public sealed partial record FailedMessage(string Queue, string? Host, string? At, string Reason, string Content)
{
    private const int ContentMax = 2000;
    private const int HostNameMax = 253;

    /// <summary>The sender in words.</summary>
    public string Sender => Host is null ? "an unnamed sender" : $"host {Host}";

    /// <summary>Describes a message.</summary>
    /// <param name="queue">The error queue.</param>
    /// <param name="body">The message's bytes, which may be anything.</param>
    /// <param name="reason">The reason in its headers; null if there is none.</param>
    /// <param name="at">The time in its headers; null if there is none.</param>
    public static FailedMessage Read(string queue, ReadOnlySpan<byte> body, string? reason, string? at)
    {
        var content = Encoding.UTF8.GetString(body);
        return new FailedMessage(
            queue, FindHost(content), at, reason is null ? "no reason given" : InPlainWords(reason),
            content.Length > ContentMax ? string.Concat(content.AsSpan(0, ContentMax), "…") : content);
    }

    /// <summary>The reason without the terms of the JSON reader: names of types, and positions that count from zero.</summary>
    public static string InPlainWords(string reason)
    {
        ArgumentNullException.ThrowIfNull(reason);
        if (MissingMembers().Match(reason) is { Success: true } missing)
            return $"required and missing: {missing.Groups["names"].Value.Replace("'", "", StringComparison.Ordinal)}";
        var path = PathIn().Match(reason) is { Success: true } found ? found.Groups["path"].Value : "";
        var text = Position().Replace(reason, "").Trim();
        if (text.StartsWith("The JSON value could not be converted", StringComparison.Ordinal) || text.StartsWith("Cannot get the value of a token type", StringComparison.Ordinal))
            return path.Length > 1 ? $"field {path} has a value of another kind than expected" : "it is JSON of another kind than expected";
        if (text.Contains("invalid start of a value", StringComparison.Ordinal) || text.Contains("does not contain any JSON tokens", StringComparison.Ordinal))
            return "it is not JSON";
        return path.Length > 1 && !text.Contains(path, StringComparison.Ordinal) ? $"field {path}: {text}" : text;
    }

    private static string? FindHost(string content)
    {
        try
        {
            using var document = JsonDocument.Parse(content);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("host", out var host) && host.ValueKind == JsonValueKind.String
                ? Short(host.GetString()!)
                : null;
        }
        catch (JsonException)
        {
            // Damaged JSON, of which the name may still be legible.
            return HostMember().Match(content) is { Success: true } found ? Short(found.Groups["host"].Value) : null;
        }
    }

    private static string? Short(string host) => host.Length is > 0 and <= HostNameMax ? host : null;

    [GeneratedRegex(@"missing required properties including: (?<names>[^\r\n]*?)\.?( Path:.*)?$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex MissingMembers();

    [GeneratedRegex(@"Path: (?<path>\S+?)\.?( \||$)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PathIn();

    [GeneratedRegex(@"( Path: \S+)?( \| )?\s*LineNumber: \d+ \| BytePositionInLine: \d+\.?", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Position();

    [GeneratedRegex("""
        "host"\s*:\s*"(?<host>[A-Za-z0-9._-]+)"
        """, RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex HostMember();
}
