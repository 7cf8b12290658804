using System.Text.Json.Nodes;
using Mesh.Repository.Tests;
using YamlDotNet.RepresentationModel;

namespace Mesh.Contracts.Tests.AsyncApi;

/// <summary>The AsyncAPI document as JSON, with all scalars as strings.</summary>
internal static class Yaml
{
    public static JsonObject Document { get; } = Read(RepositoryRoot.At("infra/docs/asyncapi.yaml"));

    private static JsonObject Read(string path)
    {
        var stream = new YamlStream();
        using var reader = File.OpenText(path);
        stream.Load(reader);
        return (JsonObject)ToJson(stream.Documents.Single().RootNode);
    }

    private static JsonNode ToJson(YamlNode node) => node switch
    {
        YamlMappingNode mapping => new JsonObject(mapping.Children.Select(item => KeyValuePair.Create<string, JsonNode?>(item.Key.ToString(), ToJson(item.Value)))),
        YamlSequenceNode sequence => new JsonArray([.. sequence.Children.Select(ToJson)]),
        _ => JsonValue.Create(node.ToString()),
    };
}
