using System.ComponentModel;
using System.Diagnostics;

namespace Mesh.Repository.Tests.Reading;

/// <summary>The files that belong to the repository, as paths below its root with forward slashes.</summary>
internal static class RepositoryFiles
{
    private static readonly string[] IgnoredFolders = [".git", "artifacts", "bin", "obj", "node_modules"];
    private static readonly string[] Binary = [".png", ".ico", ".jpg", ".gif", ".woff2", ".gz", ".db"];

    /// <summary>Every file that is tracked, or would be if it were added.</summary>
    public static IReadOnlyList<string> All { get; } = [.. (FromGit() ?? FromDisk()).Order(StringComparer.Ordinal)];

    /// <summary>Every text file.</summary>
    public static IEnumerable<string> TextFiles => All.Where(path => !Binary.Contains(Path.GetExtension(path), StringComparer.Ordinal));

    public static IEnumerable<string> WithExtension(params string[] extensions) => All.Where(path => extensions.Contains(Path.GetExtension(path), StringComparer.Ordinal));

    /// <summary>The C# sources of shipped projects.</summary>
    public static IEnumerable<string> ShippedSources => WithExtension(".cs").Where(path => !path.StartsWith("tests/", StringComparison.Ordinal));

    public static string Read(string path) => File.ReadAllText(RepositoryRoot.At(path));

    // Null without git, or in a tree without its history; then all files on disk count.
    private static IReadOnlyList<string>? FromGit()
    {
        if (!Directory.Exists(RepositoryRoot.At(".git")) && !File.Exists(RepositoryRoot.At(".git")))
            return null;
        try
        {
            using var git = Process.Start(new ProcessStartInfo("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            {
                WorkingDirectory = RepositoryRoot.Path,
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            var listed = git.StandardOutput.ReadToEnd();
            git.WaitForExit();
            return git.ExitCode == 0
                ? [.. listed.Split('\0', StringSplitOptions.RemoveEmptyEntries).Where(path => File.Exists(RepositoryRoot.At(path)))]
                : null;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    private static IEnumerable<string> FromDisk() =>
        Directory.EnumerateFiles(RepositoryRoot.Path, "*", SearchOption.AllDirectories)
            .Select(RepositoryRoot.Relative)
            .Where(path => !path.Split('/').Any(part => IgnoredFolders.Contains(part, StringComparer.Ordinal)));
}
