using System.Text.Json;
using Mesh.Contracts.Serialization;
using Mesh.Migrations;
using Mesh.Simulation.Worlds;

namespace Mesh.Simulation.Invariants;

/// <summary>The journal of every migration, applied from the start, yields the stored state.</summary>
internal sealed class JournalsReplay(World world) : Invariant(world)
{
    /// <inheritdoc />
    public override string Name => "journals replay to the stored state";

    /// <inheritdoc />
    public override void AtEnd()
    {
        if (World.SeededBug is not null)
            return;
        foreach (var migration in World.MigrationsStore.ReadMigrations())
        {
            MigrationState? replayed = null;
            foreach (var (at, input) in World.MigrationsStore.ReadJournal(migration.Id))
                replayed = MigrationStateMachine.Apply(replayed, input, at).State;
            if (JsonSerializer.Serialize(replayed, MeshJson.Options) != JsonSerializer.Serialize(migration, MeshJson.Options))
                Fail($"replaying the journal of {migration.Id} does not yield the stored state");
        }
    }
}
