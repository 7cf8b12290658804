using Mesh.Migrations;
using Mesh.Migrations.Host.Grains;
using Mesh.Simulation.Engine;
using Mesh.Simulation.Worlds;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Simulation.SeededBugs;

/// <summary>Takes an event of any host for the source's.</summary>
internal sealed class ForeignEventAccepted : SeededBug
{
    /// <inheritdoc />
    public override void ConfigureServices(IServiceCollection services, World world, SimulatedProcess process) =>
        services.AddSingleton<TransitionFunction>((state, input, now) => MigrationStateMachine.Apply(
            state, state?.Source is { } source && input is EventReceived received ? received with { Event = received.Event with { Host = source } } : input, now));
}
