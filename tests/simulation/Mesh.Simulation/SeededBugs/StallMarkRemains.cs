using Mesh.Migrations;
using Mesh.Migrations.Host.Grains;
using Mesh.Simulation.Engine;
using Mesh.Simulation.Worlds;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Simulation.SeededBugs;

/// <summary>Keeps the mark of a stall until the migration ends.</summary>
internal sealed class StallMarkRemains : SeededBug
{
    /// <inheritdoc />
    public override void ConfigureServices(IServiceCollection services, World world, SimulatedProcess process) =>
        services.AddSingleton<TransitionFunction>((state, input, now) =>
        {
            var transition = MigrationStateMachine.Apply(state, input, now);
            return state is { Stalled: true } && transition.State is { HasEnded: false, Epoch: var epoch } && epoch == state.Epoch
                ? transition with { State = transition.State with { Stalled = true } }
                : transition;
        });
}
