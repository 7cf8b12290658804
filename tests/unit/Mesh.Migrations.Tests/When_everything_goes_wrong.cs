using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Serialization;

namespace Mesh.Migrations.Tests;

/// <summary>Random worlds in which messages are lost, repeated and reordered, agents crash, and jobs end in every way.</summary>
public sealed class When_everything_goes_wrong
{
    private static readonly Arbitrary<int> Seeds = Gen.Choose(0, int.MaxValue).ToArbitrary();

    /// <summary>MESH_RUNS overrides the number of runs.</summary>
    private static readonly Config Many = Config.QuickThrowOnFailure.WithMaxTest(
        int.TryParse(Environment.GetEnvironmentVariable("MESH_RUNS"), out var worlds) ? worlds : 1500);

    [Fact]
    public void Should_reach_one_outcome_that_agrees_with_where_the_VM_is() =>
        Check.One(Many, Prop.ForAll(Seeds, seed => new FaultyWorld(seed).Run()));

    [Theory]
    [InlineData(1220052218)] // delayed reports made it clean up while the job was running, and it never ended
    [InlineData(631598306)] // telemetry from a host with an unresponsive hypervisor made an old status count as a new one
    [InlineData(1111757947)] // the end of the job was its first event, and the VM that it left paused was not resumed
    public void Should_pass_with_seeds_that_once_failed(int seed) => new FaultyWorld(seed).Run();

    [Fact]
    public void Should_replay_a_recorded_migration_exactly() =>
        Check.One(Many.WithMaxTest(200), Prop.ForAll(Seeds, seed =>
        {
            var world = new FaultyWorld(seed);
            world.Run();
            MigrationState? replayed = null;
            foreach (var (at, input) in world.Journal)
                replayed = MigrationStateMachine.Apply(replayed, RoundTrip(input), at).State;
            JsonSerializer.Serialize(replayed, MeshJson.Options).ShouldBe(JsonSerializer.Serialize(world.State, MeshJson.Options));
        }));

    [Fact]
    public void Should_reach_every_outcome()
    {
        var missing = Enum.GetValues<MigrationOutcome>().ToHashSet();
        for (var seed = 0; seed < 3000 && missing.Count > 0; seed++)
        {
            var world = new FaultyWorld(seed);
            world.Run();
            missing.Remove(world.State!.Outcome!.Value);
        }

        missing.ShouldBeEmpty();
    }

    private static MigrationInput RoundTrip(MigrationInput input) =>
        JsonSerializer.Deserialize<MigrationInput>(JsonSerializer.Serialize(input, MeshJson.Options), MeshJson.Options)!;
}
