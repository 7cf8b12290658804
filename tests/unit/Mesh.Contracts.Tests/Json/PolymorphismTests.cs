using System.Text.Json;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Tests.Samples;

namespace Mesh.Contracts.Tests.Json;

public sealed class PolymorphismTests
{
    [Theory]
    [MemberData(nameof(SampleData.Bases), MemberType = typeof(SampleData))]
    public void Every_derived_record_is_registered_once_under_its_name(string name)
    {
        var type = SampleData.TypeOf(name);
        var derived = MessageTypes.DerivedOf(type);

        derived.Select(item => item.Type).ShouldBe(MessageTypes.Records.Where(record => record.BaseType == type), ignoreOrder: true);
        foreach (var (registered, record) in derived)
            JsonNamingPolicy.CamelCase.ConvertName(record.Name.Replace("Migration", type.Name == "MigrationEvent" ? "" : "Migration", StringComparison.Ordinal))
                .ShouldBe(registered);
    }

    [Theory]
    [MemberData(nameof(SampleData.Derived), MemberType = typeof(SampleData))]
    public void The_discriminator_can_be_anywhere(string name)
    {
        var type = SampleData.TypeOf(name);
        var discriminator = MessageTypes.DiscriminatorOf(type.BaseType!);
        var sent = ObjectFiller.Full(type);
        var json = JsonSerializer.SerializeToNode(sent, type.BaseType!, MeshJson.Options)!.AsObject();
        var value = json[discriminator]!.GetValue<string>();
        json.Remove(discriminator);
        json.Add(discriminator, value);

        json.ToJsonString().ShouldEndWith($"\"{discriminator}\":\"{value}\"}}");
        JsonSerializer.Deserialize(json.ToJsonString(), type.BaseType!, MeshJson.Options).ShouldBeEquivalentTo(sent);
    }

    [Theory]
    [MemberData(nameof(SampleData.Derived), MemberType = typeof(SampleData))]
    public void An_unknown_discriminator_is_an_error(string name)
    {
        var type = SampleData.TypeOf(name);
        var json = JsonSerializer.SerializeToNode(ObjectFiller.Full(type), type.BaseType!, MeshJson.Options)!.AsObject();
        json[MessageTypes.DiscriminatorOf(type.BaseType!)] = "formatDisk";

        Should.Throw<JsonException>(() => json.Deserialize(type.BaseType!, MeshJson.Options));
    }

    [Fact]
    public void A_command_without_a_discriminator_is_an_error()
    {
        var json = JsonSerializer.SerializeToNode<AgentCommand>((AbortJob)ObjectFiller.Full(typeof(AbortJob)), MeshJson.Options)!.AsObject();
        json.Remove("command").ShouldBeTrue();

        // For an abstract base the serializer throws NotSupportedException.
        Should.Throw<NotSupportedException>(() => json.Deserialize<AgentCommand>(MeshJson.Options));
    }
}
