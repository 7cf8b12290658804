using System.Text.Json;
using System.Text.RegularExpressions;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Serialization;

namespace Mesh.Cli.Commands.Scheduling;

/// <summary>Reads what <c>mesh inventory export</c> wrote, or some other program in its form.</summary>
internal static partial class InventoryFile
{
    /// <exception cref="CliException">It cannot be read, is no inventory, or of another format; the line or the member is told.</exception>
    public static Fleet Read(Io io, string path)
    {
        var text = DocumentFile.ReadText(io, path);
        try
        {
            CheckFormat(path, text);
            return JsonSerializer.Deserialize<Fleet>(text, MeshJson.Options) ?? throw Error(path, 1, "", "is null; it takes an inventory");
        }
        catch (JsonException e)
        {
            throw Error(path, (int)(e.LineNumber ?? 0) + 1, e.Path is { Length: > 1 } member ? member : "", Describe(e));
        }
        catch (Exception e) when (e is ArgumentException or FormatException or NotSupportedException or OverflowException)
        {
            throw Error(path, 1, "", e.Message.Split(" (Parameter", 2)[0]);
        }
    }

    // First of all: a file of another format may differ in everything else.
    private static void CheckFormat(string path, string text)
    {
        using var document = JsonDocument.Parse(text);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
            throw Error(path, 1, "", "takes an object, as 'mesh inventory export' writes it");
        if (!document.RootElement.TryGetProperty("format", out var format))
            throw Error(path, 1, "format", $"is missing; this version reads format {Fleet.CurrentFormat}");
        if (format.ValueKind != JsonValueKind.Number || !format.TryGetInt32(out var number) || number != Fleet.CurrentFormat)
            throw Error(path, 1, "format", $"{format.GetRawText()} is not accepted; this version reads format {Fleet.CurrentFormat}");
    }

    // System.Text.Json speaks of types; whoever wrote the file knows members.
    private static string Describe(JsonException e) => Missing().Match(e.Message) is { Success: true } missing
        ? $"lacks {missing.Groups["names"].Value.TrimEnd('.')}"
        : e.Path is { Length: > 1 } && e.Message.StartsWith("The JSON value could not be converted", StringComparison.Ordinal)
            ? "has a value that is not accepted here (infra/docs/schemas/Fleet.json tells what is)"
            : WithoutPosition(e.Message);

    private static string WithoutPosition(string message) =>
        message.Split(" Path:", 2)[0].Split(" LineNumber:", 2)[0].TrimEnd('.') is [var first, .. var rest] ? $"{char.ToLowerInvariant(first)}{rest}" : "it cannot be read";

    private static CliException Error(string path, int line, string member, string message) =>
        new(ExitCodes.Usage, DocumentFile.FormatDiagnostic(path, line, member, message));

    [GeneratedRegex(@"missing required properties including: (?<names>[^\r\n]*?)(\.? Path:.*)?$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Missing();
}
