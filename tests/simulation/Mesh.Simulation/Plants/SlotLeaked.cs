using Mesh.Contracts.Migrations;
using Mesh.Migrations;
using Mesh.Migrations.Host.Grains;
using Mesh.Simulation.Running;
using Mesh.Simulation.Worlds;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Simulation.Plants;

/// <summary>Puts an aborted migration back into the registry of unfinished ones.</summary>
internal sealed class SlotLeaked : Plant
{
    /// <inheritdoc />
    public override void Add(IServiceCollection services, World world, SimulatedProcess process) =>
        services.AddSingleton<FlightRule>(provider => (state, input, now) =>
        {
            var transition = Flight.Apply(state, input, now);
            if (state is not null && transition.State.Outcome is MigrationOutcome.AbortedByOperator)
                process.Post(() => provider.GetRequiredService<ActiveMigrations>().Follow(state), TimeSpan.FromSeconds(1));
            return transition;
        });
}
