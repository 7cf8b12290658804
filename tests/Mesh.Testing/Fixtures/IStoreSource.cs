namespace Mesh.Testing.Fixtures;

/// <summary>Creates empty stores, so that the same tests run on every kind of store.</summary>
public interface IStoreSource
{
    /// <summary>Creates an empty store and returns its <c>Store:Location</c>.</summary>
    Task<string> CreateAsync();

    /// <summary>Removes a store.</summary>
    void Remove(string location);
}
