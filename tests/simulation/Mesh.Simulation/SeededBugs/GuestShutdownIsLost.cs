using Mesh.Migrations;
using Mesh.Migrations.Host.Grains;
using Mesh.Simulation.Engine;
using Mesh.Simulation.Worlds;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Simulation.SeededBugs;

/// <summary>Forgets at every input that the guest is reported as stopped, so that it is never confirmed.</summary>
internal sealed class GuestShutdownIsLost : SeededBug
{
    /// <inheritdoc />
    public override void ConfigureServices(IServiceCollection services, World world, SimulatedProcess process) =>
        services.AddSingleton<TransitionFunction>((state, input, now) => MigrationStateMachine.Apply(state is null ? null : state with { GuestStop = null }, input, now));
}
