using Mesh.Migrations.Host;
using Mesh.Migrations.Host.Fencing;
using Mesh.Policy.Host;
using Mesh.Simulation.Hosts;
using Mesh.Simulation.Running;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Simulation.Worlds;

/// <summary>The real migrations and policy services.</summary>
internal sealed class MigrationsService(World world) : ServiceProcess(world, "mesh", world.Store)
{
    /// <inheritdoc />
    protected override void Add(IServiceCollection services, IConfiguration configuration, SimulatedProcess process)
    {
        services.AddSingleton<IFenceDevice>(new SimulatedFenceDevice(World, process, World.Chance("fencing")));
        World.Plant?.Add(services, World, process);
        services.AddMigrations(configuration).AddPolicies(configuration);
    }

    /// <inheritdoc />
    protected override void NoteCommit() => World.NoteCommit();
}
