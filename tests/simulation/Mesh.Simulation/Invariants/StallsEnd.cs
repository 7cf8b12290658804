using Mesh.Contracts.Values;
using Mesh.Simulation.Worlds;

namespace Mesh.Simulation.Invariants;

/// <summary>A migration whose newest telemetry is a new low of what remains is not marked as stalled.</summary>
internal sealed class StallsEnd : Invariant
{
    private readonly Dictionary<(MigrationId Id, Epoch Epoch), (Bytes Least, TimeSpan At)> _lows = [];

    public StallsEnd(World world)
        : base(world) => world.MigrationChanged += Check;

    /// <inheritdoc />
    public override string Name => "a stall ends with the next new low";

    private void Check(CommittedMigration migration)
    {
        if (migration.Sample is not { Copy: { Remaining.Count: > 0 } copy })
            return;
        var key = (migration.Id, migration.Epoch);
        var isNew = !_lows.TryGetValue(key, out var low) || copy.Elapsed > low.At;
        if (isNew && copy.Remaining < low.Least && migration.Stalled)
            Fail($"{migration.Id} is marked as stalled, but {copy.Remaining} remain, less than ever ({low.Least})");
        if (isNew)
            _lows[key] = (low.Least.Count == 0 || copy.Remaining < low.Least ? copy.Remaining : low.Least, copy.Elapsed);
    }
}
