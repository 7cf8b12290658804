using System.Text.Json;
using System.Text.RegularExpressions;
using Mesh.Cli.Shell;
using Mesh.Contracts.Documents;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Serialization;

namespace Mesh.Cli.Commands.Scheduling;

/// <summary>Reads an inventory in the format of <c>mesh inventory export</c>.</summary>
internal static partial class InventoryFile
{
    /// <exception cref="CliException">It cannot be read, is not an inventory, or has another format; with the line or member.</exception>
    public static Fleet Read(Io io, string path)
    {
        var text = DocumentFile.ReadText(io, path);
        try
        {
            CheckFormat(path, text);
            return JsonSerializer.Deserialize<Fleet>(text, MeshJson.Options) ?? throw Error(path, 1, "", "expected an inventory, not null");
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

    // Check the format first: another format may differ in everything else.
    private static void CheckFormat(string path, string text)
    {
        using var document = JsonDocument.Parse(text);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
            throw Error(path, 1, "", "expected an object, as written by 'mesh inventory export'");
        if (!document.RootElement.TryGetProperty("format", out var format))
            throw Error(path, 1, "format", $"missing; this version supports format {Fleet.CurrentFormat}");
        if (format.ValueKind != JsonValueKind.Number || !format.TryGetInt32(out var number) || number != Fleet.CurrentFormat)
            throw Error(path, 1, "format", $"unsupported format {format.GetRawText()}; this version supports format {Fleet.CurrentFormat}");
    }

    // System.Text.Json names types; the author of the file knows members.
    private static string Describe(JsonException e) => Missing().Match(e.Message) is { Success: true } missing
        ? $"missing {missing.Groups["names"].Value.TrimEnd('.')}"
        : e.Path is { Length: > 1 } && e.Message.StartsWith("The JSON value could not be converted", StringComparison.Ordinal)
            ? "invalid value (see infra/docs/schemas/Fleet.json)"
            : WithoutPosition(e.Message);

    private static string WithoutPosition(string message) =>
        message.Split(" Path:", 2)[0].Split(" LineNumber:", 2)[0].TrimEnd('.') is [var first, .. var rest] ? $"{char.ToLowerInvariant(first)}{rest}" : "cannot be parsed";

    private static CliException Error(string path, int line, string member, string message) =>
        new(ExitCodes.Usage, DocumentFile.FormatDiagnostic(path, new DocumentDiagnostic(line, member, message)));

    [GeneratedRegex(@"missing required properties including: (?<names>[^\r\n]*?)(\.? Path:.*)?$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Missing();
}
