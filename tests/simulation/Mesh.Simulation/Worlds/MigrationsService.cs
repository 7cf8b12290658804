using Mesh.Migrations.Host;
using Mesh.Migrations.Host.Fencing;
using Mesh.Policy.Host;
using Mesh.Simulation.Engine;
using Mesh.Simulation.Hosts;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Simulation.Worlds;

/// <summary>The real migrations and policy services.</summary>
internal sealed class MigrationsService(World world) : ServiceProcess(world, "mesh", world.MigrationsStore)
{
    /// <inheritdoc />
    protected override void ConfigureServices(IServiceCollection services, IConfiguration configuration, SimulatedProcess process)
    {
        services.AddSingleton<IFenceDevice>(new SimulatedFenceDevice(World, process, World.RandomFor("fencing")));
        World.SeededBug?.ConfigureServices(services, World, process);
        services.AddMigrations(configuration).AddPolicies(configuration);
    }

    /// <inheritdoc />
    protected override void OnCommitted() => World.RaiseMigrationsCommitted();
}
