using Mesh.Contracts.Migrations;
using Mesh.Testing;
using Mesh.Testing.Fixtures;

namespace Mesh.Integration.Tests;

public sealed class When_the_store_is_postgresql(MeshUnderTest fixture)
{
    private readonly MeshSystem _mesh = fixture.Mesh;

    [Fact]
    public async Task Should_resume_a_migration_after_a_crash_in_the_same_way()
    {
        using var postgres = await ServerProcess.StartPostgresAsync();
        var before = _mesh.Store;
        await _mesh.KillMeshAsync();
        await _mesh.ReplaceStoreAsync($"postgres:Host=127.0.0.1;Port={postgres.Port};Username=postgres;Database=postgres");
        await _mesh.StartMeshAsync();
        try
        {
            await _mesh.StartGuestAsync("hosta", "kept", "WS=64", "RATE=60");
            await Eventually.HoldsAsync(
                async () => (await _mesh.RunAsync("hosts")).Output.Contains("hostb", StringComparison.Ordinal), "the new store knows both hosts", TimeSpan.FromSeconds(60));
            var id = await _mesh.StartMigrationAsync("kept", "hostb", "--bandwidth", "16");
            await _mesh.AwaitCopyingAsync(id);

            await _mesh.KillMeshAsync();
            await _mesh.StartMeshAsync();
            await _mesh.Bed.VirshAsync("hosta", "migrate-setmaxdowntime", "kept", "60000");
            (await _mesh.AwaitEndAsync(id)).Outcome.ShouldBe(MigrationOutcome.Completed);
            await _mesh.Bed.VerifyGuestAsync("hostb", "kept");
        }
        finally
        {
            await _mesh.Bed.RemoveGuestAsync("kept");
            await _mesh.KillMeshAsync();
            await _mesh.ReplaceStoreAsync(before);
            await _mesh.StartMeshAsync();
        }
    }
}
