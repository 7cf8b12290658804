using Mesh.Repository.Tests.Reading;

namespace Mesh.Repository.Tests.Layout;

/// <summary>The agent's core depends on its hypervisor through the ports only, and each hypervisor depends only on the ports.</summary>
public sealed class AgentLayerTests
{
    private const string Ports = "services/agent/Mesh.Agent.Hypervisors/Mesh.Agent.Hypervisors.csproj";
    private const string Core = "services/agent/Mesh.Agent/Mesh.Agent.csproj";
    private const string Libvirt = "services/agent/Mesh.Agent.Libvirt/Mesh.Agent.Libvirt.csproj";
    private const string Simulated = "services/agent/Mesh.Agent.Simulated/Mesh.Agent.Simulated.csproj";

    [Theory]
    [InlineData(Ports)]
    [InlineData(Libvirt)]
    [InlineData(Simulated)]
    public void A_hypervisor_depends_on_contracts_ports_and_core_projects_and_on_no_library(string path)
    {
        var all = Closure(path).ToList();

        all.Select(project => project.Path)
            .Where(reference => reference != path && reference != Ports && reference != "contracts/Mesh.Contracts/Mesh.Contracts.csproj"
                && !reference.StartsWith("services/core/", StringComparison.Ordinal))
            .ShouldBeEmpty();
        all.SelectMany(project => project.Packages.Concat(project.Frameworks)).ShouldBeEmpty();
    }

    [Fact]
    public void The_core_depends_on_no_hypervisor() =>
        Closure(Core).Select(project => project.Path).Where(path => path is Libvirt or Simulated).ShouldBeEmpty();

    [Fact]
    public void Only_the_binding_calls_native_code()
    {
        var native = SourceCode.Compile(@"\b(LibraryImport|DllImport|NativeLibrary)\b");

        foreach (var path in new[] { Ports, Core, Simulated })
            Find(path).Sources.SelectMany(source => SourceCode.Find(source, SourceCode.StripCommentsAndStrings(RepositoryFiles.Read(source)), native)).ShouldBeEmpty();
        Find(Libvirt).Sources.SelectMany(source => SourceCode.Find(source, RepositoryFiles.Read(source), native)).ShouldNotBeEmpty("the rule must match what it forbids elsewhere");
    }

    private static IEnumerable<Project> Closure(string path) =>
        Find(path).References.SelectMany(Closure).Prepend(Find(path)).DistinctBy(project => project.Path);

    private static Project Find(string path) => Project.All.Single(project => project.Path == path);
}
