using Mesh.Contracts.Values;
using Mesh.Migrations.Host.Fencing;
using Mesh.Simulation.Engine;
using Mesh.Simulation.Worlds;

namespace Mesh.Simulation.Hosts;

/// <summary>The power switches of the hosts: slow, and sometimes failing.</summary>
internal sealed class SimulatedFenceDevice(World world, SimulatedProcess caller, Random random) : IFenceDevice
{
    /// <inheritdoc />
    public bool IsConfigured => true;

    /// <inheritdoc />
    public async Task<string?> PowerOffAsync(HostName host, CancellationToken cancellation)
    {
        await Task.Delay(TimeSpan.FromSeconds(random.NextDouble() * 5), caller.Clock, cancellation);
        if (random.NextDouble() < 0.2)
            return "the power switch does not respond";
        world.Host(host).PowerOff();
        world.RecordFence(host);
        await Task.Delay(TimeSpan.FromSeconds(random.NextDouble() * 3), caller.Clock, cancellation);
        return null;
    }
}
