using Mesh.Contracts.Documents;
using Mesh.Contracts.Policies;
using Mesh.Documents.Yaml;

namespace Mesh.Policy.Documents;

/// <summary>Policies as YAML or JSON text; <c>infra/docs/policies.md</c> describes the format.</summary>
public static class PolicyText
{
    /// <summary>Maximum length of a document, in characters.</summary>
    public const int LengthMax = 256 * 1024;

    /// <summary>Reads a policy from YAML or JSON, or returns every error with its line and field.</summary>
    /// <param name="text">The text. No input makes this method throw.</param>
    public static PolicyReadResult Read(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > LengthMax)
            return new PolicyReadResult(null, [new DocumentDiagnostic(0, "", $"is {text.Length} characters long; the maximum is {LengthMax}")]);
        return YamlTree.Read(text, out var error) is { } document
            ? PolicyDocument.Read(document)
            : new PolicyReadResult(null, [error!]);
    }

    /// <summary>Writes a policy as YAML that <see cref="Read"/> reads back as the same policy; fields with their default value are omitted.</summary>
    public static string Write(MigrationPolicy policy) => YamlTree.Write(PolicyDocument.Write(policy));
}
