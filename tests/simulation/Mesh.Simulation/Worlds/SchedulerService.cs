using Mesh.Scheduler.Host;
using Mesh.Simulation.Engine;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Simulation.Worlds;

/// <summary>The real scheduler. In some runs two instances share one store, as after a configuration mistake.</summary>
internal sealed class SchedulerService(World world, string name) : ServiceProcess(world, name, world.SchedulerStore)
{
    /// <inheritdoc />
    protected override IReadOnlyDictionary<string, string?> Settings => World.SlotLimits.Settings;

    /// <inheritdoc />
    protected override void ConfigureServices(IServiceCollection services, IConfiguration configuration, SimulatedProcess process) => services.AddScheduler(configuration);

    /// <inheritdoc />
    protected override void OnCommitted() => World.RaiseSchedulerCommitted();
}
