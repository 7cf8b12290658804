using System.Text.Json;
using System.Text.Json.Nodes;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Tests.Samples;

namespace Mesh.Contracts.Tests.Schemas;

public sealed class SchemaFileTests
{
    static SchemaFileTests()
    {
        if (Environment.GetEnvironmentVariable(SchemaFiles.UpdateVariable) == "1")
            SchemaFiles.Update();
    }

    public static TheoryData<string> Files => [.. SchemaGenerator.Generate().Keys];

    public static TheoryData<string, string> Messages =>
        [.. from document in AgentMessages.Documents
            from type in document.IsAbstract ? MessageTypes.DerivedOf(document).Select(item => item.Type) : [document]
            select (document.FullName!, type.FullName!)];

    [Theory]
    [MemberData(nameof(Files))]
    public void The_file_matches_the_contracts(string name)
    {
        var path = Path.Combine(SchemaFiles.Directory, name);
        var expected = SchemaFiles.Text(SchemaGenerator.Generate()[name]).Split('\n');
        var actual = File.Exists(path) ? File.ReadAllText(path).Split('\n') : [];

        var line = expected.Zip(actual).TakeWhile(both => both.First == both.Second).Count();

        (line == expected.Length && line == actual.Length).ShouldBeTrue(
            $"infra/docs/schemas/{name} is out of date from line {line + 1} ({expected.ElementAtOrDefault(line)?.Trim()}): "
            + $"run these tests once with {SchemaFiles.UpdateVariable}=1 and commit the files");
    }

    [Fact]
    public void No_file_is_left_over() =>
        Directory.EnumerateFiles(SchemaFiles.Directory).Select(Path.GetFileName).ShouldBe(SchemaGenerator.Generate().Keys, ignoreOrder: true);

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_reference_has_a_target(string name)
    {
        foreach (var reference in SchemaReferences.In(SchemaFiles.Read(name)))
        {
            var (file, pointer) = SchemaChecker.Split(reference["$ref"]!.GetValue<string>(), name);
            SchemaReferences.Follow(SchemaFiles.Read(file), pointer).ShouldNotBeNull($"{name} refers to {reference["$ref"]}");
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_member_has_a_type_and_a_description(string name)
    {
        foreach (var (member, schema) in Members(SchemaFiles.Read(name)))
        {
            var isDiscriminator = schema.ContainsKey("const");
            (isDiscriminator || schema.ContainsKey("type") || schema.ContainsKey("$ref")).ShouldBeTrue($"{name}: {member} has no type");
            (isDiscriminator || schema.ContainsKey("description")).ShouldBeTrue($"{name}: {member} has no description");
        }
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void A_message_with_every_member_matches_its_schema(string channelType, string messageType) =>
        Check(channelType, ObjectFiller.Full(SampleData.TypeOf(messageType))).ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(Messages))]
    public void A_message_without_its_optional_members_matches_its_schema(string channelType, string messageType) =>
        Check(channelType, ObjectFiller.Sparse(SampleData.TypeOf(messageType))).ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(Messages))]
    public void A_message_without_a_required_member_does_not_match(string channelType, string messageType)
    {
        var type = SampleData.TypeOf(channelType);
        var message = JsonSerializer.SerializeToNode(ObjectFiller.Full(SampleData.TypeOf(messageType)), type, MeshJson.Options)!.AsObject();

        var required = type == typeof(AgentCommand) ? "commandId" : type == typeof(Fleet) ? "hosts" : type == typeof(MeshHeartbeat) ? "at" : "host";
        message.Remove(required).ShouldBeTrue();

        SchemaChecker.Check($"{type.Name}.json", message).ShouldNotBeEmpty();
    }

    private static IEnumerable<(string Name, JsonObject Schema)> Members(JsonNode? node) => node is not JsonObject parts ? [] :
    [
        .. from member in parts["properties"] as JsonObject ?? [] select (member.Key, member.Value!.AsObject()),
        .. parts.SelectMany(part => Members(part.Value)),
    ];

    private static IReadOnlyList<string> Check(string channelType, object message)
    {
        var type = SampleData.TypeOf(channelType);
        return SchemaChecker.Check($"{type.Name}.json", JsonSerializer.SerializeToNode(message, type, MeshJson.Options));
    }
}
