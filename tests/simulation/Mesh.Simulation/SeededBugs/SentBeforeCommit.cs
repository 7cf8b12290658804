using Mesh.Contracts.Agents;
using Mesh.Hosting.Bus;
using Mesh.Migrations;
using Mesh.Migrations.Host.Grains;
using Mesh.Simulation.Engine;
using Mesh.Simulation.Worlds;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Simulation.SeededBugs;

/// <summary>Sends commands when they are decided, before they are committed.</summary>
internal sealed class SentBeforeCommit : SeededBug
{
    /// <inheritdoc />
    public override void ConfigureServices(IServiceCollection services, World world, SimulatedProcess process) =>
        services.AddSingleton<TransitionFunction>(provider => (state, input, now) =>
        {
            var transition = MigrationStateMachine.Apply(state, input, now);
            foreach (var output in transition.Outputs.OfType<SendCommand>())
                _ = provider.GetRequiredService<IMessageBus>().SendAsync(AgentQueues.Commands(output.Host), output.Command);
            return transition;
        });
}
