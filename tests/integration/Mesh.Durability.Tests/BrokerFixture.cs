using Mesh.Durability.Tests;
using Mesh.Testing.Fixtures;

[assembly: AssemblyFixture(typeof(BrokerFixture))]
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]

namespace Mesh.Durability.Tests;

/// <summary>A RabbitMQ broker that the tests may kill and restart, one test after the other.</summary>
public sealed class BrokerFixture : IAsyncLifetime
{
    public ServerProcess Server { get; private set; } = null!;

    public string Url => $"amqp://guest:guest@127.0.0.1:{Server.Port}";

    public async ValueTask InitializeAsync() => Server = await ServerProcess.StartBrokerAsync();

    public ValueTask DisposeAsync()
    {
        Server.Dispose();
        return ValueTask.CompletedTask;
    }
}
