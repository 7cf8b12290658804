using System.Text.RegularExpressions;
using Mesh.Repository.Tests.Reading;

namespace Mesh.Repository.Tests.Purity;

/// <summary>A pure project has no clock, no randomness, no I/O, no logging and no waiting: the same input gives the same output.</summary>
public sealed class PureSourceTests
{
    private static readonly Regex Impure = SourceCode.Compile(
        @"\b(async|await|lock)\b|\bTask\b|\bValueTask\b|\bThread\b|\bILogger\b|\bTimeProvider\b|\bStopwatch\b|\bEnvironment\.|\bConsole\."
        + @"|\bDateTime(Offset)?\.(Utc)?Now\b|\bGuid\.NewGuid\b|\bRandom\.Shared\b|\bnew Random\b|\bSystem\.IO\b|\bFile\.|\bDirectory\.|\bPath\.");

    public static TheoryData<string> Projects => [.. Project.Pure.Select(project => project.Name)];

    [Fact]
    public void Pure_projects_are_found() => Project.Pure.Select(project => project.Name).ShouldContain("Mesh.Migrations");

    [Theory]
    [MemberData(nameof(Projects))]
    public void It_references_only_the_contracts_and_pure_projects(string name)
    {
        var project = Find(name);

        project.References.ShouldContain("contracts/Mesh.Contracts/Mesh.Contracts.csproj");
        project.References.Except(["contracts/Mesh.Contracts/Mesh.Contracts.csproj", .. Project.Pure.Select(other => other.Path)]).ShouldBeEmpty();
        project.Packages.Except(Project.PurePackages).ShouldBeEmpty();
        project.Frameworks.ShouldBeEmpty();
        project.IsProgram.ShouldBeFalse();
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Its_sources_use_nothing_impure(string name) =>
        Find(name).Sources.SelectMany(path => SourceCode.Find(path, SourceCode.StripCommentsAndStrings(RepositoryFiles.Read(path)), Impure)).ShouldBeEmpty();

    [Theory]
    [InlineData("var now = DateTimeOffset.UtcNow;")]
    [InlineData("public async Task RunAsync()")]
    [InlineData("var id = Guid.NewGuid();")]
    public void The_rule_finds_impure_code(string code) => Impure.IsMatch(SourceCode.StripCommentsAndStrings(code)).ShouldBeTrue();

    [Theory]
    [InlineData("// the task of a Thread")]
    [InlineData("""var text = "Task";""")]
    [InlineData("state.TaskCount + Flight.Apply(state)")]
    public void The_rule_ignores_comments_strings_and_parts_of_names(string code) => Impure.IsMatch(SourceCode.StripCommentsAndStrings(code)).ShouldBeFalse();

    private static Project Find(string name) => Project.All.Single(project => project.Name == name);
}
