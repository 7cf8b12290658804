using System.Text.Json;
using System.Text.Json.Nodes;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Tests.Samples;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Contracts.Tests.Json;

/// <summary>The JSON form of the values, on which other languages rely.</summary>
public sealed class WireFormTests
{
    [Theory]
    [InlineData(150_000, "150000")]
    [InlineData(0, "0")]
    [InlineData(1, "1")]
    public void A_duration_is_a_whole_number_of_milliseconds(int milliseconds, string json)
    {
        JsonSerializer.Serialize(TimeSpan.FromMilliseconds(milliseconds), MeshJson.Options).ShouldBe(json);
        JsonSerializer.Deserialize<TimeSpan>(json, MeshJson.Options).ShouldBe(TimeSpan.FromMilliseconds(milliseconds));
    }

    [Theory]
    [InlineData("\"00:02:30\"")]
    [InlineData("1.5")]
    [InlineData("\"150\"")]
    [InlineData("9223372036854775807")]
    [InlineData("-9223372036854775808")]
    [InlineData("null")]
    public void Anything_else_is_not_a_duration(string json) =>
        Should.Throw<JsonException>(() => JsonSerializer.Deserialize<TimeSpan>(json, MeshJson.Options));

    [Fact]
    public void Fractions_of_a_millisecond_are_dropped() =>
        JsonSerializer.Serialize(TimeSpan.FromMicroseconds(1999), MeshJson.Options).ShouldBe("1");

    [Theory]
    [MemberData(nameof(SampleData.Enums), MemberType = typeof(SampleData))]
    public void An_enumeration_is_a_string_in_camel_case(string name)
    {
        var type = SampleData.TypeOf(name);
        foreach (var value in Enum.GetValues(type))
        {
            var json = JsonSerializer.Serialize(value, type, MeshJson.Options);
            json.ShouldBe($"\"{JsonNamingPolicy.CamelCase.ConvertName(value.ToString()!)}\"");
            JsonSerializer.Deserialize(json, type, MeshJson.Options).ShouldBe(value);
        }
    }

    [Theory]
    [MemberData(nameof(SampleData.Enums), MemberType = typeof(SampleData))]
    public void An_enumeration_is_never_a_number(string name)
    {
        var type = SampleData.TypeOf(name);
        foreach (var json in new[] { "0", "1", "\"0\"", "\"1\"", "\"noSuchWord\"", "\"\"" })
            Should.Throw<JsonException>(() => JsonSerializer.Deserialize(json, type, MeshJson.Options), $"{type.Name} took {json}");
    }

    [Fact]
    public void Values_are_bare_numbers_and_strings()
    {
        Json(new Bytes(4096)).ShouldBe("4096");
        Json(BytesPerSecond.FromMebibytes(32)).ShouldBe("33554432");
        Json(new Percent(20)).ShouldBe("20");
        Json(new Epoch(3)).ShouldBe("3");
        Json(new HostName("host-a.example")).ShouldBe("\"host-a.example\"");
        Json(new MigrationId("m1")).ShouldBe("\"m1\"");
        Json(new CommandId("m1.1.2")).ShouldBe("\"m1.1.2\"");
        Json(VmId.Parse("{6F9619FF-8B86-D011-B42D-00C04FC964FF}")).ShouldBe("\"6f9619ff-8b86-d011-b42d-00c04fc964ff\"");
    }

    [Fact]
    public void A_value_of_the_wrong_kind_is_an_error()
    {
        Should.Throw<JsonException>(() => JsonSerializer.Deserialize<Bytes>("\"4096\"", MeshJson.Options)).Message.ShouldContain("Bytes must be a whole number");
        Should.Throw<JsonException>(() => JsonSerializer.Deserialize<Bytes>("1.5", MeshJson.Options));
        Should.Throw<JsonException>(() => JsonSerializer.Deserialize<Epoch>("null", MeshJson.Options));
        Should.Throw<JsonException>(() => JsonSerializer.Deserialize<HostName>("7", MeshJson.Options));
        Should.Throw<JsonException>(() => JsonSerializer.Deserialize<HostName>("\"a/b\"", MeshJson.Options)).Message.ShouldContain("'a/b' is not a host name");
        Should.Throw<JsonException>(() => JsonSerializer.Deserialize<VmId>("\"not-a-uuid\"", MeshJson.Options));
    }

    [Fact]
    public void An_instant_keeps_its_offset() =>
        Json(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(2))).ShouldBe("\"2026-01-02T03:04:05+02:00\"");

    [Fact]
    public void A_command_starts_with_its_discriminator_and_has_camel_case_members()
    {
        AgentCommand command = new AbortJob
        {
            CommandId = new CommandId("m1.2.3"),
            MigrationId = new MigrationId("m1"),
            Epoch = new Epoch(2),
            VmId = VmId.Parse("6f9619ff-8b86-d011-b42d-00c04fc964ff"),
        };

        Json(command).ShouldBe(
            """{"command":"abortJob","commandId":"m1.2.3","migrationId":"m1","epoch":2,"vmId":"6f9619ff-8b86-d011-b42d-00c04fc964ff"}""");
    }

    [Fact]
    public void Labels_keep_their_own_spelling()
    {
        var vm = ((VmDescription)ObjectFiller.Full(typeof(VmDescription))) with
        {
            Labels = new Dictionary<string, string>(StringComparer.Ordinal) { ["Cost Centre"] = "A" },
        };

        JsonNode.Parse(Json(vm))!["labels"]!["Cost Centre"]!.GetValue<string>().ShouldBe("A");
    }

    [Fact]
    public void Omitted_options_have_their_defaults() =>
        JsonSerializer.Deserialize<MigrationOptions>("{}", MeshJson.Options).ShouldBeEquivalentTo(new MigrationOptions());

    [Fact]
    public void The_indented_form_differs_only_in_white_space()
    {
        var answer = (CommandAnswer)ObjectFiller.Full(typeof(CommandAnswer));

        var indented = JsonSerializer.Serialize(answer, MeshJson.Indented);

        indented.ShouldContain("\n");
        JsonNode.Parse(indented)!.ToJsonString().ShouldBe(JsonNode.Parse(Json(answer))!.ToJsonString());
    }

    private static string Json<T>(T value) => JsonSerializer.Serialize(value, MeshJson.Options);
}
