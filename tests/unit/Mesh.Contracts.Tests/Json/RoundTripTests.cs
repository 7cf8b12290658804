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
    public void A_record_comes_back_with_every_member(string name)
    {
        var type = SampleData.TypeOf(name);
        var sent = ObjectFiller.Full(type);

        var received = JsonSerializer.Deserialize(JsonSerializer.Serialize(sent, type, MeshJson.Options), type, MeshJson.Options);

        received.ShouldBeEquivalentTo(sent);
    }

    [Theory]
    [MemberData(nameof(SampleData.Records), MemberType = typeof(SampleData))]
    public void A_record_comes_back_when_everything_that_may_be_null_is(string name)
    {
        var type = SampleData.TypeOf(name);
        var sent = ObjectFiller.Sparse(type);

        var received = JsonSerializer.Deserialize(JsonSerializer.Serialize(sent, type, MeshJson.Options), type, MeshJson.Options);

        received.ShouldBeEquivalentTo(sent);
    }

    [Theory]
    [MemberData(nameof(SampleData.Derived), MemberType = typeof(SampleData))]
    public void A_derived_record_comes_back_as_itself_through_its_base(string name)
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
    public void Members_that_a_newer_writer_added_are_passed_over(string name)
    {
        var type = SampleData.TypeOf(name);
        var sent = ObjectFiller.Full(type);
        var json = JsonSerializer.SerializeToNode(sent, type, MeshJson.Options)!.AsObject();
        json["addedLater"] = new JsonObject { ["deep"] = new JsonArray(1, 2) };

        json.Deserialize(type, MeshJson.Options).ShouldBeEquivalentTo(sent);
    }

    [Theory]
    [MemberData(nameof(SampleData.Records), MemberType = typeof(SampleData))]
    public void A_member_that_is_null_is_not_written(string name)
    {
        var type = SampleData.TypeOf(name);

        var json = JsonSerializer.SerializeToNode(ObjectFiller.Sparse(type), type, MeshJson.Options)!.AsObject();
        foreach (var spoken in type.GetProperties().Where(IsSpokenOutWhenNull))
            json.Remove(JsonNamingPolicy.CamelCase.ConvertName(spoken.Name));

        json.ToJsonString().ShouldNotContain("null");
    }

    /// <summary>Where "none" is the very thing that is said, and a reader must be certain that it was, the member is there all the same.</summary>
    private static bool IsSpokenOutWhenNull(PropertyInfo property) =>
        property.GetCustomAttribute<JsonIgnoreAttribute>() is { Condition: JsonIgnoreCondition.Never };

    [Fact]
    public void Records_are_found()
    {
        MessageTypes.Records.Count.ShouldBeGreaterThan(40);
        MessageTypes.Bases.Select(type => type.Name).ShouldBe(["AgentCommand", "AgentEvent", "MigrationEvent"], ignoreOrder: true);
    }
}
