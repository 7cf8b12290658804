using System.Reflection;

namespace Mesh.Repository.Tests;

/// <summary>The root of the repository from which this test was built.</summary>
internal static class RepositoryRoot
{
    private const string Marker = "Directory.Packages.props";

    /// <summary>The directory itself.</summary>
    public static string Path { get; } = Find();

    /// <summary>A file or directory below the root, by its path with forward slashes.</summary>
    public static string At(string relative) => System.IO.Path.Combine(Path, relative);

    /// <summary>A path relative to the root, with forward slashes.</summary>
    public static string Relative(string path) => System.IO.Path.GetRelativePath(Path, path).Replace('\\', '/');

    // The build output may be outside the tree, so the project's directory, recorded at build time, is tried first.
    private static string Find()
    {
        var recorded = typeof(RepositoryRoot).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .FirstOrDefault(item => item.Key == "ProjectDirectory")?.Value;
        foreach (var start in new[] { recorded, AppContext.BaseDirectory })
            for (var at = start is null ? null : new DirectoryInfo(start); at is not null; at = at.Parent)
                if (File.Exists(System.IO.Path.Combine(at.FullName, Marker)))
                    return at.FullName;
        throw new InvalidOperationException($"no directory above '{recorded}' or '{AppContext.BaseDirectory}' has a {Marker}");
    }
}
