namespace Mesh.Cli.Commands;

/// <summary>Documents on this machine.</summary>
internal static class DocumentFile
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

    /// <exception cref="CliException">It cannot be written.</exception>
    public static async Task WriteTextAsync(string path, string text, CancellationToken cancellation)
    {
        try
        {
            await File.WriteAllTextAsync(path, text, cancellation);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCodes.Error, $"{path} cannot be written: {e.Message}", e);
        }
    }

    /// <summary>A fault as compilers tell theirs, so that editors find the place.</summary>
    public static string FormatDiagnostic(string path, int line, string field, string message) =>
        $"{path}:{Math.Max(1, line)}: {(field.Length > 0 ? $"{field}: " : "")}{message}";
}
