using Mesh.Contracts.Values;
using Mesh.Migrations;
using Mesh.Migrations.Host.Grains;
using Mesh.Simulation.Running;
using Mesh.Simulation.Worlds;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Simulation.Plants;

/// <summary>Begins the plan of every flight anew when the service starts again.</summary>
internal sealed class PlanForgotten : Plant
{
    /// <inheritdoc />
    public override void Add(IServiceCollection services, World world, SimulatedProcess process)
    {
        HashSet<MigrationId> known = [];
        services.AddSingleton<FlightRule>((state, input, now) => Flight.Apply(
            state is { Plan: { } plan } && known.Add(state.Id) && input is not AnswerReceived ? state with { Plan = Policy.Plan.Begin(plan.Policy, plan.Subject) } : state, input, now));
    }
}
