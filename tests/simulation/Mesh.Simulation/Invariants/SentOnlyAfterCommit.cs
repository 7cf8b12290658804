using System.Globalization;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Events;
using Mesh.Migrations;
using Mesh.Simulation.Bus;
using Mesh.Simulation.Worlds;

namespace Mesh.Simulation.Invariants;

/// <summary>Commands and ends that go out follow from what is committed: a crash in between must not have said what never happened.</summary>
internal sealed class SentOnlyAfterCommit : Invariant
{
    /// <summary>Watches what is sent.</summary>
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
                Fail($"{command.GetType().Name} {command.CommandId} was sent, and the store knows of {migration?.CommandsSent ?? 0} commands");
        }
        else if (message.Content is MigrationEnded ended && World.MigrationsStore.FindMigration(ended.MigrationId) is not { HasEnded: true })
        {
            Fail($"the end of {ended.MigrationId} was told, and the store does not know it");
        }
    }
}
