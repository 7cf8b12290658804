using Mesh.Contracts.Values;
using Mesh.Migrations;
using Mesh.Migrations.Host.Grains;
using Mesh.Simulation.Engine;
using Mesh.Simulation.Worlds;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Simulation.SeededBugs;

/// <summary>Restarts the plan of every migration when the service restarts.</summary>
internal sealed class PlanRestarted : SeededBug
{
    /// <inheritdoc />
    public override void ConfigureServices(IServiceCollection services, World world, SimulatedProcess process)
    {
        HashSet<MigrationId> known = [];
        services.AddSingleton<TransitionFunction>((state, input, now) => MigrationStateMachine.Apply(
            state is { Plan: { } plan } && known.Add(state.Id) && input is not AnswerReceived ? state with { Plan = Policy.PolicyEngine.CreatePlan(plan.Policy, plan.Subject) } : state, input, now));
    }
}
