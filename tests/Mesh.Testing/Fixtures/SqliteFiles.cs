namespace Mesh.Testing.Fixtures;

/// <summary>SQLite files, each in its own directory.</summary>
public sealed class SqliteFiles : IStoreSource
{
    private const string Prefix = "sqlite:";

    /// <inheritdoc />
    public Task<string> CreateAsync() =>
        Task.FromResult($"{Prefix}{Path.Combine(Directory.CreateTempSubdirectory("mesh-store-").FullName, "mesh.db")}");

    /// <inheritdoc />
    public void Remove(string location) => new FileInfo(GetPath(location)).Directory!.Delete(recursive: true);

    /// <summary>The file of a store.</summary>
    public static string GetPath(string location)
    {
        ArgumentNullException.ThrowIfNull(location);
        return location[Prefix.Length..];
    }
}
