using Mesh.Integration.Tests;
using Mesh.Testing.Real;

[assembly: AssemblyFixture(typeof(MeshUnderTest))]
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Mesh.Integration.Tests;

/// <summary>One mesh for all tests, which run one after the other.</summary>
public sealed class MeshUnderTest : IAsyncLifetime
{
    public MeshSystem Mesh { get; } = new();

    public async ValueTask InitializeAsync() => await Mesh.StartAsync();

    public ValueTask DisposeAsync() => Mesh.DisposeAsync();
}
