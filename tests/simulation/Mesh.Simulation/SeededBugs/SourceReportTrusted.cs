using Mesh.Contracts.Agents;
using Mesh.Contracts.Vms;
using Mesh.Migrations;
using Mesh.Migrations.Host.Grains;
using Mesh.Simulation.Engine;
using Mesh.Simulation.Worlds;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Simulation.SeededBugs;

/// <summary>Takes the source's report of a completed job for the reports of both hosts.</summary>
internal sealed class SourceReportTrusted : SeededBug
{
    /// <inheritdoc />
    public override void ConfigureServices(IServiceCollection services, World world, SimulatedProcess process) =>
        services.AddSingleton<TransitionFunction>((state, input, now) => MigrationStateMachine.Apply(TrustSource(state, input, now), input, now));

    private static MigrationState? TrustSource(MigrationState? state, MigrationInput input, DateTimeOffset now) =>
        state is not null && input is EventReceived { Event: JobEnded { Result: JobResult.Completed } }
            ? state with { SourceObservation = CreateObservation(VmStatus.Down, now), DestinationObservation = CreateObservation(VmStatus.Up, now) }
            : state;

    private static HostObservation CreateObservation(VmStatus status, DateTimeOffset now) => new(status, "seeded bug", 0, 0, now);
}
