using Mesh.Contracts.Values;

namespace Mesh.Simulation.Faults;

/// <summary>Faults of the broker.</summary>
internal static class MeshFaults
{
    /// <summary>A host cannot reach the broker.</summary>
    public static Fault HostCutOffFromBroker(string host) => new DelegateFault(
        $"{host} cut off from the broker",
        world => world.Host(new HostName(host)).Link.IsCut = true,
        world => world.Host(new HostName(host)).Link.IsCut = false);

    /// <summary>The broker is down.</summary>
    public static Fault BrokerDown() => new DelegateFault(
        "broker down",
        world =>
        {
            if (world.Broker.IsDown)
                return false;
            world.Broker.Fail();
            return true;
        },
        world => world.Broker.Restore());
}
