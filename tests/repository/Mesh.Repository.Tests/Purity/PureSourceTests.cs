using System.Text.RegularExpressions;
using Mesh.Repository.Tests.Reading;

namespace Mesh.Repository.Tests.Purity;

/// <summary>A project that decides has no clock, no chance, no I/O, no logging and nothing that waits: the same input gives the same output.</summary>
public sealed class PureSourceTests
{
    private static readonly Regex Impure = SourceCode.Compile(
        @"\b(async|await|lock)\b|\bTask\b|\bValueTask\b|\bThread\b|\bILogger\b|\bTimeProvider\b|\bStopwatch\b|\bEnvironment\.|\bConsole\."
        + @"|\bDateTime(Offset)?\.(Utc)?Now\b|\bGuid\.NewGuid\b|\bRandom\.Shared\b|\bnew Random\b|\bSystem\.IO\b|\bFile\.|\bDirectory\.|\bPath\.");

    public static TheoryData<string> Projects => [.. Project.Pure.Select(project => project.Name)];

    [Fact]
    public void The_projects_that_only_decide_are_found() => Project.Pure.Select(project => project.Name).ShouldContain("Mesh.Migrations");

    [Theory]
    [MemberData(nameof(Projects))]
    public void It_refers_to_the_contracts_and_to_others_that_only_decide(string name)
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
    public void Its_sources_ask_neither_the_clock_nor_anybody_else(string name) =>
        Find(name).Sources.SelectMany(path => SourceCode.Find(path, SourceCode.StripCommentsAndStrings(RepositoryFiles.Read(path)), Impure)).ShouldBeEmpty();

    [Theory]
    [InlineData("var now = DateTimeOffset.UtcNow;")]
    [InlineData("public async Task RunAsync()")]
    [InlineData("var id = Guid.NewGuid();")]
    public void The_rule_sees_what_it_is_about(string code) => Impure.IsMatch(SourceCode.StripCommentsAndStrings(code)).ShouldBeTrue();

    [Theory]
    [InlineData("// the task of a Thread")]
    [InlineData("""var text = "Task";""")]
    [InlineData("state.TaskCount + Flight.Apply(state)")]
    public void The_rule_does_not_see_what_people_say(string code) => Impure.IsMatch(SourceCode.StripCommentsAndStrings(code)).ShouldBeFalse();

    private static Project Find(string name) => Project.All.Single(project => project.Name == name);
}
