using Mesh.Repository.Tests.Reading;

namespace Mesh.Repository.Tests.Layout;

public sealed class DependencyTests
{
    private const string Contracts = "contracts/Mesh.Contracts/Mesh.Contracts.csproj";

    public static TheoryData<string> Services =>
        [.. Project.All.Where(project => project.Service is not null and not "mesh").Select(project => project.Path)];

    [Fact]
    public void Contracts_depend_on_nothing()
    {
        var contracts = Project.All.Single(project => project.Path == Contracts);

        contracts.References.ShouldBeEmpty();
        contracts.Packages.ShouldBeEmpty();
        contracts.Frameworks.ShouldBeEmpty();
    }

    /// <summary>
    /// Services communicate over the bus; only the program that runs all of them in one process references them all. Pure projects may
    /// use other pure projects: a function belongs to no process (ADR 0010).
    /// </summary>
    [Theory]
    [MemberData(nameof(Services))]
    public void A_service_references_no_other_service(string path)
    {
        var project = Project.All.Single(project => project.Path == path);

        project.References.Where(reference => !IsAllowed(project, reference)).ShouldBeEmpty();
    }

    /// <summary>The client verbs of <c>mesh</c> start without the servers: they depend on no web server, broker or database.</summary>
    [Fact]
    public void The_command_line_references_contracts_and_pure_projects_only()
    {
        var cli = Project.All.Single(project => project.Path == "services/mesh/Mesh.Cli/Mesh.Cli.csproj");

        cli.References.Except([Contracts, .. Project.Pure.Select(project => project.Path)]).ShouldBeEmpty();
        cli.Frameworks.ShouldBeEmpty();
    }

    /// <summary>What several services share depends on none of them.</summary>
    [Fact]
    public void The_core_references_no_service()
    {
        var core = Project.All.Where(project => project.Service == "core").ToList();

        core.ShouldNotBeEmpty();
        core.SelectMany(project => project.References).Where(reference => reference != Contracts && !IsCore(reference)).ShouldBeEmpty();
    }

    [Fact]
    public void No_shipped_project_references_a_test() =>
        Project.Shipped.SelectMany(project => project.References).Where(reference => reference.StartsWith("tests/", StringComparison.Ordinal)).ShouldBeEmpty();

    /// <summary>The bus can be replaced as long as only one project depends on its library (ADR 0001).</summary>
    [Fact]
    public void Only_the_hosting_project_uses_the_bus_library()
    {
        var library = SourceCode.Compile(@"\bMassTransit\b|\bRabbitMQ\.Client\b");

        RepositoryFiles.ShippedSources.Where(path => !path.StartsWith("services/hosting/", StringComparison.Ordinal))
            .SelectMany(path => SourceCode.Find(path, SourceCode.StripCommentsAndStrings(RepositoryFiles.Read(path)), library)).ShouldBeEmpty();
    }

    private static bool IsAllowed(Project project, string reference) =>
        reference == Contracts
        || IsCore(reference)
        || reference.StartsWith($"services/{project.Service}/", StringComparison.Ordinal)
        || (Project.Pure.Contains(project) && Project.Pure.Any(other => other.Path == reference))
        || (reference.StartsWith("services/hosting/", StringComparison.Ordinal) && !Project.Pure.Contains(project));

    private static bool IsCore(string reference) => reference.StartsWith("services/core/", StringComparison.Ordinal);
}
