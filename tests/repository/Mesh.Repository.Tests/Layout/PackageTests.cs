using System.Xml.Linq;
using Mesh.Repository.Tests.Reading;

namespace Mesh.Repository.Tests.Layout;

public sealed class PackageTests
{
    private static readonly IReadOnlyList<string> Versioned =
        [.. XElement.Parse(RepositoryFiles.Read("Directory.Packages.props")).Descendants("PackageVersion").Select(package => package.Attribute("Include")!.Value)];

    [Fact]
    public void Versions_are_in_one_place() =>
        RepositoryFiles.WithExtension(".csproj", ".props", ".targets")
            .SelectMany(path => XElement.Parse(RepositoryFiles.Read(path)).Descendants("PackageReference")
                .Where(reference => reference.Attribute("Version") is not null || reference.Attribute("VersionOverride") is not null || reference.Element("Version") is not null)
                .Select(reference => $"{path}: {reference.Attribute("Include")?.Value}"))
            .ShouldBeEmpty();

    [Fact]
    public void Each_package_is_listed_once() => Versioned.ShouldBeUnique();

    /// <summary>A dependency is a decision: why it is used, and what it would take to remove it.</summary>
    [Fact]
    public void Each_package_is_listed_in_the_decision_on_dependencies()
    {
        var decision = RepositoryFiles.Read("infra/docs/adr/0006-dependencies.md");

        Versioned.Where(package => !decision.Contains($"`{package}`", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public void Packages_come_from_the_public_source_only() =>
        RepositoryFiles.All.Where(path => Path.GetFileName(path).Equals("nuget.config", StringComparison.OrdinalIgnoreCase))
            .SelectMany(path => XElement.Parse(RepositoryFiles.Read(path)).Descendants("add").Select(source => source.Attribute("value")?.Value ?? ""))
            .Where(value => value.Contains("://", StringComparison.Ordinal) && !value.StartsWith("https://api.nuget.org/", StringComparison.Ordinal))
            .ShouldBeEmpty();
}
