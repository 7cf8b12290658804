namespace Mesh.Testing.Real;

/// <summary>SQLite files, each in a directory of its own.</summary>
public sealed class SqliteFiles : IStoreSource
{
    private const string Prefix = "sqlite:";

    /// <inheritdoc />
    public Task<string> NewAsync() =>
        Task.FromResult($"{Prefix}{Path.Combine(Directory.CreateTempSubdirectory("mesh-store-").FullName, "mesh.db")}");

    /// <inheritdoc />
    public void Remove(string location) => new FileInfo(PathOf(location)).Directory!.Delete(recursive: true);

    /// <summary>The file of a store.</summary>
    public static string PathOf(string location)
    {
        ArgumentNullException.ThrowIfNull(location);
        return location[Prefix.Length..];
    }
}
