using System.Globalization;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Events;
using Mesh.Simulation.Bus;
using Mesh.Simulation.Worlds;

namespace Mesh.Simulation.Invariants;

/// <summary>Commands and outcomes are sent only from committed state: after a crash, nothing may have been sent that was never decided.</summary>
internal sealed class SentOnlyAfterCommit : Invariant
{
    public SentOnlyAfterCommit(World world)
        : base(world) => world.Broker.MessageAccepted += Check;

    /// <inheritdoc />
    public override string Name => "nothing is sent before it is committed";

    private void Check(BrokerMessage message)
    {
        if (message.Content is AgentCommand command)
        {
            World.Trace.Add(message.From, $"{command.GetType().Name} {command.CommandId} to {message.Queue}");
            var migration = World.MigrationsStore.FindMigration(command.MigrationId);
            var number = int.Parse(command.CommandId.Value.Split('.')[^1], CultureInfo.InvariantCulture);
            if (migration is null || command.Epoch > migration.Epoch || (command.Epoch == migration.Epoch && number > migration.CommandsSent))
                Fail($"{command.GetType().Name} {command.CommandId} was sent, but the store knows of {migration?.CommandsSent ?? 0} commands");
        }
        else if (message.Content is MigrationEnded ended && World.MigrationsStore.FindMigration(ended.MigrationId) is not { HasEnded: true })
        {
            Fail($"the outcome of {ended.MigrationId} was published, but is not stored");
        }
    }
}
