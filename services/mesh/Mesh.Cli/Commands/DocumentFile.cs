using Mesh.Cli.Shell;
using Mesh.Contracts.Documents;

namespace Mesh.Cli.Commands;

/// <summary>Local files and standard input.</summary>
internal static class DocumentFile
{
    /// <summary>The file name that means standard input.</summary>
    public const string StandardInput = "-";

    /// <exception cref="CliException">The file cannot be read.</exception>
    public static string ReadText(Io io, string path)
    {
        try
        {
            return path == StandardInput ? io.In.ReadToEnd() : File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCodes.Usage, $"cannot read {path}: {e.Message}", e);
        }
    }

    /// <exception cref="CliException">The file cannot be written.</exception>
    public static async Task WriteTextAsync(string path, string text, CancellationToken cancellation)
    {
        try
        {
            await File.WriteAllTextAsync(path, text, cancellation);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCodes.Error, $"cannot write {path}: {e.Message}", e);
        }
    }

    /// <summary>An error in the format of compilers, so that editors find its position.</summary>
    public static string FormatDiagnostic(string path, DocumentDiagnostic error) =>
        $"{path}:{Math.Max(1, error.Line)}: {(error.Field.Length > 0 ? $"{error.Field}: " : "")}{error.Message}";
}

/// <summary>A checked document and its errors, as written to JSON.</summary>
internal sealed record CheckedDocument(string File, IReadOnlyList<DocumentDiagnostic> Diagnostics);
