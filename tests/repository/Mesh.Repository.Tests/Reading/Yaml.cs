using YamlDotNet.RepresentationModel;

namespace Mesh.Repository.Tests.Reading;

/// <summary>Reads YAML files with lists of services.</summary>
internal static class Yaml
{
    public static YamlMappingNode Read(string path)
    {
        var stream = new YamlStream();
        using var reader = new StringReader(RepositoryFiles.Read(path));
        stream.Load(reader);
        return (YamlMappingNode)stream.Documents.Single().RootNode;
    }

    /// <summary>The node under a key; null if there is none.</summary>
    public static YamlNode? At(this YamlNode node, string key) =>
        node is YamlMappingNode mapping && mapping.Children.TryGetValue(new YamlScalarNode(key), out var child) ? child : null;
}
