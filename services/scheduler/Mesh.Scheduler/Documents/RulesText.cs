using Mesh.Contracts.Documents;
using Mesh.Contracts.Scheduling;
using Mesh.Documents.Yaml;

namespace Mesh.Scheduler.Documents;

/// <summary>Placement rules as YAML or JSON text; <c>infra/docs/scheduling.md</c> describes the form.</summary>
public static class RulesText
{
    /// <summary>A longer text is not read; in characters.</summary>
    public const int LengthMax = 256 * 1024;

    /// <summary>Reads rules from YAML or JSON, or tells everything that is wrong with them, each with its line and field.</summary>
    /// <param name="text">The text. Whatever it is, nothing is thrown.</param>
    public static RulesReadResult Read(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > LengthMax)
            return new RulesReadResult(null, [new DocumentDiagnostic(0, "", $"is {text.Length} characters long; at most {LengthMax} are accepted")]);
        return YamlTree.Read(text, out var fault) is { } document
            ? RulesDocument.Read(document)
            : new RulesReadResult(null, [new DocumentDiagnostic(fault!.Line, fault.Field, fault.Message)]);
    }

    /// <summary>Writes rules as YAML that <see cref="Read"/> reads back to the same rules; what has its default is left out.</summary>
    public static string Write(PlacementRules rules) => YamlTree.Write(RulesDocument.Write(rules));
}
