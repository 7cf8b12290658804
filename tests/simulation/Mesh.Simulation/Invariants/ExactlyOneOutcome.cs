using Mesh.Contracts.Events;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Simulation.Worlds;

namespace Mesh.Simulation.Invariants;

/// <summary>Every accepted migration has one outcome, which is announced and never changes.</summary>
internal sealed class ExactlyOneOutcome : Invariant
{
    private readonly Dictionary<MigrationId, MigrationOutcome> _announced = [];

    public ExactlyOneOutcome(World world)
        : base(world) =>
        world.Broker.MessageAccepted += message =>
        {
            if (message.Content is not MigrationEnded ended)
                return;
            world.Trace.Add(message.From, $"announces {ended.MigrationId}: {ended.Outcome}, {ended.Reason}");
            if (_announced.TryGetValue(ended.MigrationId, out var before) && before != ended.Outcome)
                Fail($"{ended.MigrationId} is announced as {before} and later as {ended.Outcome}");
            if (_announced.TryAdd(ended.MigrationId, ended.Outcome))
                world.Operators.OnMigrationEnded(ended.VmName);
        };

    /// <inheritdoc />
    public override string Name => "every accepted migration has exactly one outcome";

    /// <inheritdoc />
    public override void AtEnd()
    {
        foreach (var (id, answer) in World.Operators.Answers)
        {
            // A request that names no VM is answered and not stored.
            if (answer.Refusals.Any(refusal => refusal.Code is RefusalCode.UnknownVm or RefusalCode.AmbiguousVm))
                continue;
            if (World.MigrationsStore.FindMigration(id) is not { } migration)
                Fail($"{id} was {(answer.Refusals.Count == 0 ? "accepted" : "refused")}, but the store does not have it");
            else if (migration.Outcome is null)
                Fail($"{id} was accepted, but has no outcome");
            else if (!_announced.TryGetValue(id, out var announced))
                Fail($"the outcome of {id} ({migration.Outcome}) was never announced");
            else if (announced != migration.Outcome)
                Fail($"{id} was announced as {announced}, but is stored as {migration.Outcome}");
        }
    }
}
