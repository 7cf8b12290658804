using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Tests.Samples;

namespace Mesh.Contracts.Tests.Json;

public sealed class RoundTripTests
{
    [Theory]
    [MemberData(nameof(SampleData.Records), MemberType = typeof(SampleData))]
    public void A_record_round_trips_with_every_member(string name)
    {
        var type = SampleData.TypeOf(name);
        var sent = ObjectFiller.Full(type);

        var received = JsonSerializer.Deserialize(JsonSerializer.Serialize(sent, type, MeshJson.Options), type, MeshJson.Options);

        received.ShouldBeEquivalentTo(sent);
    }

    [Theory]
    [MemberData(nameof(SampleData.Records), MemberType = typeof(SampleData))]
    public void A_record_round_trips_with_all_nullable_members_null(string name)
    {
        var type = SampleData.TypeOf(name);
        var sent = ObjectFiller.Sparse(type);

        var received = JsonSerializer.Deserialize(JsonSerializer.Serialize(sent, type, MeshJson.Options), type, MeshJson.Options);

        received.ShouldBeEquivalentTo(sent);
    }

    [Theory]
    [MemberData(nameof(SampleData.Derived), MemberType = typeof(SampleData))]
    public void A_derived_record_round_trips_through_its_base(string name)
    {
        var type = SampleData.TypeOf(name);
        var sent = ObjectFiller.Full(type);

        var received = JsonSerializer.Deserialize(
            JsonSerializer.Serialize(sent, type.BaseType!, MeshJson.Options), type.BaseType!, MeshJson.Options);

        received.ShouldBeOfType(type);
        received.ShouldBeEquivalentTo(sent);
    }

    [Theory]
    [MemberData(nameof(SampleData.Records), MemberType = typeof(SampleData))]
    public void Members_added_by_a_newer_writer_are_ignored(string name)
    {
        var type = SampleData.TypeOf(name);
        var sent = ObjectFiller.Full(type);
        var json = JsonSerializer.SerializeToNode(sent, type, MeshJson.Options)!.AsObject();
        json["addedLater"] = new JsonObject { ["deep"] = new JsonArray(1, 2) };

        json.Deserialize(type, MeshJson.Options).ShouldBeEquivalentTo(sent);
    }

    [Theory]
    [MemberData(nameof(SampleData.Records), MemberType = typeof(SampleData))]
    public void A_null_member_is_not_written(string name)
    {
        var type = SampleData.TypeOf(name);

        var json = JsonSerializer.SerializeToNode(ObjectFiller.Sparse(type), type, MeshJson.Options)!.AsObject();
        foreach (var property in type.GetProperties().Where(IsWrittenWhenNull))
            json.Remove(JsonNamingPolicy.CamelCase.ConvertName(property.Name));

        json.ToJsonString().ShouldNotContain("null");
    }

    /// <summary>If null itself is the information, and a reader must distinguish it from a missing member, the member is written.</summary>
    private static bool IsWrittenWhenNull(PropertyInfo property) =>
        property.GetCustomAttribute<JsonIgnoreAttribute>() is { Condition: JsonIgnoreCondition.Never };

    [Fact]
    public void Records_are_found()
    {
        MessageTypes.Records.Count.ShouldBeGreaterThan(40);
        MessageTypes.Bases.Select(type => type.Name).ShouldBe(["AgentCommand", "AgentEvent", "MigrationEvent"], ignoreOrder: true);
    }
}
