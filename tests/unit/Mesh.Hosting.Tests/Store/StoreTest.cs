using Mesh.Testing.Fixtures;

namespace Mesh.Hosting.Tests.Store;

/// <summary>Tests that run on each kind of store; each test has an empty one.</summary>
public abstract class StoreTest(IStoreSource stores) : IAsyncLifetime
{
    protected string Location { get; private set; } = "";

    public async ValueTask InitializeAsync() => Location = await stores.CreateAsync();

    public ValueTask DisposeAsync()
    {
        stores.Remove(Location);
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}
