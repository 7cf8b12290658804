using Mesh.Contracts.Agents;
using Mesh.Contracts.Vms;
using Mesh.Migrations;
using Mesh.Migrations.Host.Grains;
using Mesh.Simulation.Running;
using Mesh.Simulation.Worlds;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Simulation.Plants;

/// <summary>Takes the source's report of a completed job for both hosts' words.</summary>
internal sealed class SourceAlone : Plant
{
    /// <inheritdoc />
    public override void Add(IServiceCollection services, World world, SimulatedProcess process) =>
        services.AddSingleton<FlightRule>((state, input, now) => Flight.Apply(Believe(state, input, now), input, now));

    private static FlightState? Believe(FlightState? state, FlightInput input, DateTimeOffset now) =>
        state is not null && input is EventReceived { Event: JobEnded { Result: JobResult.Completed } }
            ? state with { SourceWord = Word(VmStatus.Down, now), DestinationWord = Word(VmStatus.Up, now) }
            : state;

    private static HostWord Word(VmStatus status, DateTimeOffset now) => new(status, "planted", 0, 0, now);
}
