using Mesh.Contracts.Migrations;
using Mesh.Migrations;
using Mesh.Migrations.Host.Grains;
using Mesh.Simulation.Engine;
using Mesh.Simulation.Worlds;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Simulation.SeededBugs;

/// <summary>Puts an aborted migration back into the registry of unfinished ones.</summary>
internal sealed class SlotLeaked : SeededBug
{
    /// <inheritdoc />
    public override void ConfigureServices(IServiceCollection services, World world, SimulatedProcess process) =>
        services.AddSingleton<TransitionFunction>(provider => (state, input, now) =>
        {
            var transition = MigrationStateMachine.Apply(state, input, now);
            if (state is not null && transition.State.Outcome is MigrationOutcome.AbortedByOperator)
                process.Post(() => provider.GetRequiredService<ActiveMigrations>().Update(state), TimeSpan.FromSeconds(1));
            return transition;
        });
}
