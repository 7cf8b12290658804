using Mesh.Repository.Tests.Reading;
using YamlDotNet.RepresentationModel;

namespace Mesh.Repository.Tests.Layout;

/// <summary>Every way to start the mesh starts the same services.</summary>
public sealed class ServiceListTests
{
    private static readonly IReadOnlyDictionary<string, Project> Services = Project.All
        .Where(project => project.Service is not null && project.IsProgram)
        .ToDictionary(project => project.Service!, StringComparer.Ordinal);

    [Fact]
    public void A_service_is_a_folder_with_one_program() =>
        Services.Keys.ShouldBe(["agent", "gateway", "mesh", "migrations", "policy", "scheduler"], ignoreOrder: true, "this is the list of services: update it");

    [Fact]
    public void The_compose_file_lists_every_service()
    {
        var listed = Built(Yaml.Read("docker-compose.yml").At("services")!);

        listed.Select(item => item.Name).ShouldBe(Services.Keys, ignoreOrder: true);
        foreach (var (name, service) in listed)
            service.At("build")!.At("args")!.At("PROJECT")!.ToString().ShouldBe(Services[name].Path, $"{name} in docker-compose.yml");
    }

    [Fact]
    public void The_tye_file_lists_every_service()
    {
        var listed = ((YamlSequenceNode)Yaml.Read("tye.yaml").At("services")!).Children.Where(service => service.At("project") is not null).ToList();

        listed.Select(service => service.At("name")!.ToString()).ShouldBe(Services.Keys, ignoreOrder: true);
        foreach (var service in listed)
            service.At("project")!.ToString().ShouldBe(Services[service.At("name")!.ToString()].Path);
    }

    [Fact]
    public void Both_have_the_same_broker_and_database()
    {
        var compose = ((YamlMappingNode)Yaml.Read("docker-compose.yml").At("services")!).Children
            .Where(item => item.Value.At("build") is null).Select(item => (item.Key.ToString(), item.Value.At("image")!.ToString()));
        var tye = ((YamlSequenceNode)Yaml.Read("tye.yaml").At("services")!).Children
            .Where(service => service.At("project") is null).Select(service => (service.At("name")!.ToString(), service.At("image")!.ToString()));

        tye.ShouldBe(compose, ignoreOrder: true);
    }

    private static IReadOnlyList<(string Name, YamlNode Service)> Built(YamlNode services) =>
        [.. ((YamlMappingNode)services).Children.Where(item => item.Value.At("build") is not null).Select(item => (item.Key.ToString(), item.Value))];
}
