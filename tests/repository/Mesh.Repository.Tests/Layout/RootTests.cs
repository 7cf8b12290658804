using Mesh.Repository.Tests.Reading;

namespace Mesh.Repository.Tests.Layout;

public sealed class RootTests
{
    private static readonly string[] Allowed =
    [
        "services", "contracts", "infra", "tests",
        "Mesh.sln", "Mesh.Full.sln", "docker-compose.yml", "tye.yaml", "README.md", "LICENSE",
        "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props", "global.json", "NuGet.config", "nuget.config",
    ];

    [Fact]
    public void The_root_contains_only_allowed_entries() =>
        RepositoryFiles.All.Select(path => path.Split('/')[0]).Distinct()
            .Where(entry => !entry.StartsWith('.') && !Allowed.Contains(entry, StringComparer.Ordinal))
            .ShouldBeEmpty();

    [Theory]
    [InlineData("README.md")]
    [InlineData("Mesh.sln")]
    [InlineData("docker-compose.yml")]
    [InlineData("tye.yaml")]
    public void Well_known_files_exist(string name) => RepositoryFiles.All.ShouldContain(name);
}
