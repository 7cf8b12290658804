using System.Text.Json;
using System.Text.Json.Nodes;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Tests.Samples;
using Mesh.Contracts.Tests.Schemas;

namespace Mesh.Contracts.Tests.AsyncApi;

/// <summary>The AsyncAPI document matches the code.</summary>
public sealed class AsyncApiTests
{
    private static readonly JsonObject Channels = Yaml.Document["channels"]!.AsObject();

    public static TheoryData<string> ChannelNames => [.. AgentMessages.Channels.Select(channel => channel.Channel)];

    [Fact]
    public void Every_queue_between_agents_and_mesh_is_a_channel_and_nothing_else_is()
    {
        Channels.Select(channel => (channel.Key, Address: channel.Value!["address"]!.GetValue<string>()))
            .ShouldBe(AgentMessages.Channels.Select(channel => (channel.Channel, channel.Address)), ignoreOrder: true);

        var queues = typeof(AgentQueues).GetFields().Select(field => (string)field.GetRawConstantValue()!);
        AgentMessages.Channels.Select(channel => channel.Address).ShouldBe([.. queues, "mesh.agent.{host}.commands"], ignoreOrder: true);
    }

    [Theory]
    [MemberData(nameof(ChannelNames))]
    public void A_channel_lists_every_kind_of_message_by_its_discriminator(string name)
    {
        var type = AgentMessages.Channels.Single(channel => channel.Channel == name).Type;
        var expected = type.IsAbstract
            ? MessageTypes.DerivedOf(type).Select(item => (item.Name, Schema: $"schemas/{type.Name}.json#/$defs/{item.Type.Name}"))
            : [(JsonNamingPolicy.CamelCase.ConvertName(type.Name), $"schemas/{type.Name}.json")];

        var listed = Channels[name]!["messages"]!.AsObject().Select(message => (message.Key, Resolve(message.Value!)["payload"]!["$ref"]!.GetValue<string>()));

        listed.ShouldBe(expected);
    }

    [Theory]
    [MemberData(nameof(ChannelNames))]
    public void The_schema_of_each_kind_names_its_discriminator(string name)
    {
        var type = AgentMessages.Channels.Single(channel => channel.Channel == name).Type;
        if (!type.IsAbstract)
            return;

        foreach (var message in Channels[name]!["messages"]!.AsObject())
        {
            var schema = Resolve(Resolve(message.Value!)["payload"]!);
            schema["properties"]![MessageTypes.DiscriminatorOf(type)]!["const"]!.GetValue<string>().ShouldBe(message.Key);
            schema["required"]!.AsArray().Select(item => item!.GetValue<string>()).ShouldContain(MessageTypes.DiscriminatorOf(type));
        }
    }

    [Theory]
    [MemberData(nameof(ChannelNames))]
    public void A_channel_is_a_durable_queue_behind_a_fanout_exchange_of_its_name_or_such_an_exchange(string name)
    {
        var channel = Channels[name]!;
        var address = channel["address"]!.GetValue<string>();
        if (name == AgentMessages.Heartbeats)
        {
            var exchange = channel["bindings"]!["amqp"]!["exchange"]!;
            (exchange["name"]!.GetValue<string>(), exchange["type"]!.GetValue<string>(), exchange["durable"]!.GetValue<string>()).ShouldBe((address, "fanout", "true"));
            return;
        }

        var queue = channel["bindings"]!["amqp"]!["queue"]!;

        queue["name"]!.GetValue<string>().ShouldBe(address);
        queue["durable"]!.GetValue<string>().ShouldBe("true");
        queue["exclusive"]!.GetValue<string>().ShouldBe("false");
        queue["autoDelete"]!.GetValue<string>().ShouldBe("false");
        channel["x-exchange"]!["name"]!.GetValue<string>().ShouldBe(address);
        channel["x-exchange"]!["type"]!.GetValue<string>().ShouldBe("fanout");
        (channel["x-arguments"]?["x-max-length"]?.GetValue<string>()).ShouldBe(name == "hostReports" ? "10000" : null);
    }

    [Theory]
    [MemberData(nameof(ChannelNames))]
    public void An_agent_receives_commands_and_heartbeats_and_sends_everything_else(string name)
    {
        var operation = Yaml.Document["operations"]!.AsObject().Select(item => item.Value!)
            .Single(item => item["channel"]!["$ref"]!.GetValue<string>() == $"#/channels/{name}");

        operation["action"]!.GetValue<string>().ShouldBe(name is "commands" or AgentMessages.Heartbeats ? "receive" : "send");
    }

    [Fact]
    public void Every_reference_has_a_target()
    {
        var references = SchemaReferences.In(Yaml.Document);

        references.Count.ShouldBeGreaterThan(20);
        foreach (var reference in references)
            Resolve(reference).ShouldNotBeNull();
    }

    [Fact]
    public void Every_message_is_plain_JSON()
    {
        Yaml.Document["asyncapi"]!.GetValue<string>().ShouldBe("3.0.0");
        Yaml.Document["defaultContentType"]!.GetValue<string>().ShouldBe("application/json");
        foreach (var message in Yaml.Document["components"]!["messages"]!.AsObject())
            message.Value!["contentType"]!.GetValue<string>().ShouldBe("application/json");
    }

    private static JsonNode Resolve(JsonNode reference)
    {
        var target = reference["$ref"]!.GetValue<string>();
        var (file, pointer) = SchemaChecker.Split(target, "");
        var document = file.Length == 0 ? Yaml.Document : SchemaFiles.Read(Path.GetFileName(file));
        return SchemaReferences.Follow(document, pointer) ?? throw new InvalidOperationException($"{target} does not exist");
    }
}
