using Mesh.Contracts.Policies;
using Mesh.Policy.Host.Documents;

namespace Mesh.Cli.Commands.Policies;

/// <summary>Policy documents on this machine.</summary>
internal static class PolicyFile
{
    /// <summary>What stands for standard input in place of a file's name.</summary>
    public const string StandardInput = "-";

    /// <exception cref="CliException">It cannot be read.</exception>
    public static string ReadText(Io io, string path)
    {
        try
        {
            return path == StandardInput ? io.In.ReadToEnd() : File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCodes.Usage, $"{path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>A document's policy.</summary>
    /// <exception cref="CliException">Something is wrong with the document; everything is told.</exception>
    public static MigrationPolicy Read(string path, string text)
    {
        var (policy, faults) = PolicyText.Read(text);
        return policy ?? throw new CliException(ExitCodes.Refused, $"refused: {string.Join("; ", faults.Select(fault => InWords(path, fault)))}");
    }

    /// <summary>A fault as compilers tell theirs, so that editors find the place.</summary>
    public static string InWords(string path, PolicyFault fault) =>
        $"{path}:{Math.Max(1, fault.Line)}: {(fault.Field.Length > 0 ? $"{fault.Field}: " : "")}{fault.Message}";
}
