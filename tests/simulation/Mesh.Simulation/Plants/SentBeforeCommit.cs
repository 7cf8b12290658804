using Mesh.Contracts.Agents;
using Mesh.Hosting.Bus;
using Mesh.Migrations;
using Mesh.Migrations.Host.Grains;
using Mesh.Simulation.Running;
using Mesh.Simulation.Worlds;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Simulation.Plants;

/// <summary>Sends commands when they are decided and not when they are kept.</summary>
internal sealed class SentBeforeCommit : Plant
{
    /// <inheritdoc />
    public override void Add(IServiceCollection services, World world, SimulatedProcess process) =>
        services.AddSingleton<FlightRule>(provider => (state, input, now) =>
        {
            var transition = Flight.Apply(state, input, now);
            foreach (var given in transition.Outputs.OfType<CommandGiven>())
                _ = provider.GetRequiredService<IMessageBus>().SendAsync(AgentQueues.Commands(given.Host), given.Command);
            return transition;
        });
}
