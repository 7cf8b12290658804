using Mesh.Integration.Tests;
using Mesh.Testing.Fixtures;

[assembly: AssemblyFixture(typeof(MeshUnderTest))]
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]

namespace Mesh.Integration.Tests;

/// <summary>One mesh for all tests, which run one after the other.</summary>
public sealed class MeshUnderTest : IAsyncLifetime
{
    public MeshUnderTest() => Guest = new BusyGuest(Mesh);

    public MeshSystem Mesh { get; } = new();

    /// <summary>The guest of the tests of policies and changes.</summary>
    public BusyGuest Guest { get; }

    public async ValueTask InitializeAsync() => await Mesh.StartAsync();

    public ValueTask DisposeAsync() => Mesh.DisposeAsync();
}
