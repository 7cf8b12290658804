using Mesh.Contracts.Policies;
using Mesh.Documents.Yaml;

namespace Mesh.Policy.Documents;

/// <summary>Policies as YAML or JSON text; <c>infra/docs/policies.md</c> describes the form.</summary>
public static class PolicyText
{
    /// <summary>A longer text is not read; in characters.</summary>
    public const int LengthMax = 256 * 1024;

    /// <summary>Reads a policy from YAML or JSON, or tells everything that is wrong with it, each with its line and field.</summary>
    /// <param name="text">The text. Whatever it is, nothing is thrown.</param>
    public static PolicyParseResult Read(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > LengthMax)
            return new PolicyParseResult(null, [new PolicyDiagnostic(0, "", $"is {text.Length} characters long; at most {LengthMax} are accepted")]);
        return YamlTree.Read(text, out var fault) is { } document
            ? PolicyDocument.Read(document)
            : new PolicyParseResult(null, [new PolicyDiagnostic(fault!.Line, fault.Field, fault.Message)]);
    }

    /// <summary>Writes a policy as YAML that <see cref="Read"/> reads back to the same policy; what has its default is left out.</summary>
    public static string Write(MigrationPolicy policy) => YamlTree.Write(PolicyDocument.Write(policy));
}
