using Mesh.Repository.Tests.Reading;

namespace Mesh.Repository.Tests.Layout;

public sealed class SolutionTests
{
    [Fact]
    public void Every_project_is_in_the_solution()
    {
        // Projects whose packages are not available everywhere are in the second solution only.
        var listed = Listed("Mesh.sln").Concat(Listed("Mesh.Full.sln")).ToHashSet(StringComparer.Ordinal);

        Project.All.Select(project => project.Path).Where(path => !listed.Contains(path)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Mesh.sln")]
    [InlineData("Mesh.Full.sln")]
    public void Every_project_in_a_solution_exists(string solution) =>
        Listed(solution).Except(Project.All.Select(project => project.Path), StringComparer.Ordinal).ShouldBeEmpty();

    [Fact]
    public void Projects_of_the_first_solution_reference_nothing_outside_it()
    {
        var listed = Listed("Mesh.sln").ToHashSet(StringComparer.Ordinal);

        Project.All.Where(project => listed.Contains(project.Path)).SelectMany(project => project.References)
            .Where(reference => !listed.Contains(reference)).ShouldBeEmpty();
    }

    private static IEnumerable<string> Listed(string solution) => RepositoryFiles.All.Contains(solution, StringComparer.Ordinal)
        ? RepositoryFiles.Read(solution).Split('"').Where(part => part.EndsWith(".csproj", StringComparison.Ordinal)).Select(part => part.Replace('\\', '/'))
        : [];
}
