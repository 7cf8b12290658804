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
        var (policy, faults) = PolicyText.Read(text);
        return policy ?? throw new CliException(ExitCodes.Refused, $"refused: {string.Join("; ", faults.Select(fault => InWords(path, fault)))}");
    }

    /// <summary>A fault as compilers tell theirs, so that editors find the place.</summary>
    public static string InWords(string path, PolicyFault fault) => DocumentFile.InWords(path, fault.Line, fault.Field, fault.Message);
}
