namespace Mesh.Testing.Fixtures;

/// <summary>Where tests get empty stores from, so that the same tests run on each kind of store.</summary>
public interface IStoreSource
{
    /// <summary>A new, empty store, as the location that <c>Store:Location</c> takes.</summary>
    Task<string> CreateAsync();

    /// <summary>Removes what is left of a store.</summary>
    void Remove(string location);
}
