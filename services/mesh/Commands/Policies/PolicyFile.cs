using Mesh.Contracts.Documents;
using Mesh.Contracts.Policies;
using Mesh.Policy.Host.Documents;

namespace Mesh.Cli.Commands.Policies;

/// <summary>Policy documents on this machine.</summary>
internal static class PolicyFile
{
    /// <summary>A document's policy.</summary>
    /// <exception cref="CliException">Something is wrong with the document; everything is told.</exception>
    public static MigrationPolicy Read(string path, string text)
    {
        var (policy, errors) = PolicyText.Read(text);
        return policy ?? throw new CliException(ExitCodes.Refused, $"refused: {string.Join("; ", errors.Select(error => FormatDiagnostic(path, error)))}");
    }

    /// <summary>A fault as compilers tell theirs, so that editors find the place.</summary>
    public static string FormatDiagnostic(string path, DocumentDiagnostic error) => DocumentFile.FormatDiagnostic(path, error.Line, error.Field, error.Message);
}
