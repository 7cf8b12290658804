using Mesh.Contracts.Documents;
using Mesh.Contracts.Scheduling;
using Mesh.Documents.Yaml;

namespace Mesh.Scheduler.Documents;

/// <summary>Placement rules as YAML or JSON text; <c>infra/docs/scheduling.md</c> describes the format.</summary>
public static class RulesText
{
    /// <summary>The longest text that is read, in characters.</summary>
    public const int LengthMax = 256 * 1024;

    /// <summary>Reads rules from YAML or JSON, or reports every error with its line and field.</summary>
    /// <param name="text">The text. Nothing is thrown for any text.</param>
    public static RulesReadResult Read(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > LengthMax)
            return new RulesReadResult(null, [new DocumentDiagnostic(0, "", $"is {text.Length} characters long; at most {LengthMax} are allowed")]);
        return YamlTree.Read(text, out var error) is { } document
            ? RulesDocument.Read(document)
            : new RulesReadResult(null, [error!]);
    }

    /// <summary>Writes rules as YAML that <see cref="Read"/> reads back to the same rules; deerrors are omitted.</summary>
    public static string Write(PlacementRules rules) => YamlTree.Write(RulesDocument.Write(rules));
}
