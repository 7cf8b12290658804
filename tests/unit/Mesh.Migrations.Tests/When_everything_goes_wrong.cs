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

    /// <summary>MESH_STORMS asks for more of them.</summary>
    private static readonly Config Many = Config.QuickThrowOnFailure.WithMaxTest(
        int.TryParse(Environment.GetEnvironmentVariable("MESH_STORMS"), out var storms) ? storms : 1500);

    [Fact]
    public void Should_reach_one_outcome_that_agrees_with_where_the_VM_is() =>
        Check.One(Many, Prop.ForAll(Seeds, seed => new FaultyWorld(seed).Run()));

    [Theory]
    [InlineData(1220052218)] // reports that were long on their way made it clean up while the job went on, and it never ended
    [InlineData(631598306)] // telemetry from a host whose hypervisor was silent made an old word of it count as a new one
    [InlineData(1111757947)] // the job's end was the first that was heard of the job, and the machine that it left paused was not resumed
    public void Should_pass_where_it_once_failed(int seed) => new FaultyWorld(seed).Run();

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
    public void Should_be_able_to_meet_every_end()
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
