using System.Text.Json;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;

namespace Mesh.Scheduler.Host.Tests;

/// <summary>The format of existing stores: these texts must not change.</summary>
public sealed class When_cordons_and_histories_are_stored
{
    private static readonly DateTimeOffset At = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public void Should_have_these_names_in_a_cordon() => ShouldBeStoredAs(
        new HostCordon(new("hosta"), CordonState.Draining, "jane", At, "new kernel", "d1"),
        """{"host":"hosta","state":"draining","requestedBy":"jane","at":"2026-01-02T03:04:05+00:00","reason":"new kernel","drain":"d1"}""");

    [Fact]
    public void Should_have_these_states_of_a_cordon() =>
        JsonSerializer.Serialize(Enum.GetValues<CordonState>(), MeshJson.Options).ShouldBe("""["cordoned","draining","maintenance"]""");

    [Fact]
    public void Should_have_these_names_in_a_history() => ShouldBeStoredAs(
        new VmMigrationHistory(VmId.Parse("00000001-0000-0000-0000-000000000000"), new BytesPerSecond(5), new BytesPerSecond(6), At),
        """{"vm":"00000001-0000-0000-0000-000000000000","dirtyRate":5,"bandwidth":6,"at":"2026-01-02T03:04:05+00:00"}""");

    private static void ShouldBeStoredAs<T>(T value, string json)
    {
        JsonSerializer.Serialize(value, MeshJson.Options).ShouldBe(json);
        JsonSerializer.Deserialize<T>(json, MeshJson.Options).ShouldBe(value);
    }
}
