using Mesh.Contracts.Events;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Simulation.Worlds;

namespace Mesh.Simulation.Invariants;

/// <summary>Whatever was accepted has one end, which everybody is told and which does not change any more.</summary>
internal sealed class OneEndEach : Invariant
{
    private readonly Dictionary<MigrationId, MigrationOutcome> _told = [];

    /// <summary>Watches what is published.</summary>
    public OneEndEach(World world)
        : base(world) =>
        world.Broker.Taken += message =>
        {
            if (message.Content is not MigrationEnded ended)
                return;
            world.Trace.Add(message.From, $"announces {ended.MigrationId}: {ended.Outcome}, {ended.Reason}");
            if (_told.TryGetValue(ended.MigrationId, out var before) && before != ended.Outcome)
                Fail($"{ended.MigrationId} is announced as {before} and as {ended.Outcome}");
            if (_told.TryAdd(ended.MigrationId, ended.Outcome))
                world.Operators.HearEnd(ended.VmName);
        };

    /// <inheritdoc />
    public override string Name => "every accepted migration reaches exactly one named end";

    /// <inheritdoc />
    public override void AtEnd()
    {
        foreach (var (id, answer) in World.Operators.Answers)
        {
            if (World.Store.Flight(id) is not { } flight)
                Fail($"{id} was {(answer.Refusals.Count == 0 ? "accepted" : "refused")}, and the store does not know it");
            else if (flight.Outcome is null)
                Fail($"{id} was accepted, and has no end");
            else if (!_told.TryGetValue(id, out var told))
                Fail($"the end of {id} ({flight.Outcome}) was never announced");
            else if (told != flight.Outcome)
                Fail($"{id} was announced as {told}, and is stored as {flight.Outcome}");
        }
    }
}
