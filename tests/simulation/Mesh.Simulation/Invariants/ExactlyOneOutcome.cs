using Mesh.Contracts.Events;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Simulation.Worlds;

namespace Mesh.Simulation.Invariants;

/// <summary>Whatever was accepted has one end, which everybody is told and which does not change any more.</summary>
internal sealed class ExactlyOneOutcome : Invariant
{
    private readonly Dictionary<MigrationId, MigrationOutcome> _announced = [];

    /// <summary>Watches what is published.</summary>
    public ExactlyOneOutcome(World world)
        : base(world) =>
        world.Broker.MessageAccepted += message =>
        {
            if (message.Content is not MigrationEnded ended)
                return;
            world.Trace.Add(message.From, $"announces {ended.MigrationId}: {ended.Outcome}, {ended.Reason}");
            if (_announced.TryGetValue(ended.MigrationId, out var before) && before != ended.Outcome)
                Fail($"{ended.MigrationId} is announced as {before} and as {ended.Outcome}");
            if (_announced.TryAdd(ended.MigrationId, ended.Outcome))
                world.Operators.OnMigrationEnded(ended.VmName);
        };

    /// <inheritdoc />
    public override string Name => "every accepted migration reaches exactly one named end";

    /// <inheritdoc />
    public override void AtEnd()
    {
        foreach (var (id, answer) in World.Operators.Answers)
        {
            if (World.MigrationsStore.FindMigration(id) is not { } migration)
                Fail($"{id} was {(answer.Refusals.Count == 0 ? "accepted" : "refused")}, and the store does not know it");
            else if (migration.Outcome is null)
                Fail($"{id} was accepted, and has no end");
            else if (!_announced.TryGetValue(id, out var told))
                Fail($"the end of {id} ({migration.Outcome}) was never announced");
            else if (told != migration.Outcome)
                Fail($"{id} was announced as {told}, and is stored as {migration.Outcome}");
        }
    }
}
