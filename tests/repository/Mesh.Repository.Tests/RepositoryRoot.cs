using System.Reflection;

namespace Mesh.Repository.Tests;

/// <summary>The root of the repository that this test was built from.</summary>
internal static class RepositoryRoot
{
    private const string Marker = "Directory.Packages.props";

    /// <summary>The directory itself.</summary>
    public static string Path { get; } = Find();

    /// <summary>A file or directory below the root, by its path with forward slashes.</summary>
    public static string At(string relative) => System.IO.Path.Combine(Path, relative);

    /// <summary>A path below the root as the repository names it.</summary>
    public static string Relative(string path) => System.IO.Path.GetRelativePath(Path, path).Replace('\\', '/');

    // The build output may lie outside the tree, so the project's own directory, noted at build time, is asked first.
    private static string Find()
    {
        var noted = typeof(RepositoryRoot).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .FirstOrDefault(item => item.Key == "ProjectDirectory")?.Value;
        foreach (var start in new[] { noted, AppContext.BaseDirectory })
            for (var at = start is null ? null : new DirectoryInfo(start); at is not null; at = at.Parent)
                if (File.Exists(System.IO.Path.Combine(at.FullName, Marker)))
                    return at.FullName;
        throw new InvalidOperationException($"no directory above '{noted}' or '{AppContext.BaseDirectory}' has a {Marker}");
    }
}
