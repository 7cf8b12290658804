using Mesh.Contracts.Agents;
using Mesh.Migrations;
using Mesh.Migrations.Host.Grains;
using Mesh.Simulation.Engine;
using Mesh.Simulation.Worlds;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Simulation.SeededBugs;

/// <summary>Shows what was requested as in force, whatever the host answers.</summary>
internal sealed class RefusedParameterShown : SeededBug
{
    /// <inheritdoc />
    public override void ConfigureServices(IServiceCollection services, World world, SimulatedProcess process) =>
        services.AddSingleton<TransitionFunction>((state, input, now) =>
        {
            var transition = MigrationStateMachine.Apply(state, input, now);
            var answered = input is AnswerReceived { Answer: var answer }
                ? state?.Outstanding.Select(outstanding => outstanding.Command).OfType<ChangeParameters>().FirstOrDefault(command => command.CommandId == answer.CommandId)
                : null;
            return answered is null || transition.State.ParametersInForce is not { } inForce
                ? transition
                : transition with { State = transition.State with { ParametersInForce = inForce.With(answered.Parameters) } };
        });
}
