using System.Text.RegularExpressions;
using Mesh.Repository.Tests.Reading;

namespace Mesh.Repository.Tests.Documents;

public sealed class DecisionTests
{
    private const string Folder = "infra/docs/adr/";

    private static readonly string[] RequiredHeadings = ["## Context", "## Decision", "## Alternatives", "## Consequences"];
    private static readonly Regex Mention = SourceCode.Compile(@"\bADR[ -](?<number>\d{4})\b");

    private static readonly IReadOnlyList<string> Records = [.. RepositoryFiles.WithExtension(".md").Where(path => path.StartsWith(Folder, StringComparison.Ordinal))];

    public static TheoryData<string> Decisions => [.. Records];

    [Fact]
    public void They_are_numbered_without_gaps() =>
        Records.Select(NumberOf).ShouldBe(Enumerable.Range(1, Records.Count).Select(number => $"{number:0000}"));

    [Theory]
    [MemberData(nameof(Decisions))]
    public void Each_has_context_decision_alternatives_and_consequences(string path)
    {
        var lines = RepositoryFiles.Read(path).Split('\n');

        lines[0].ShouldStartWith($"# {NumberOf(path)} ");
        lines.Where(line => line.StartsWith("## ", StringComparison.Ordinal)).ShouldBe(RequiredHeadings);
        lines.Length.ShouldBeLessThanOrEqualTo(90, "a decision fits on a page");
    }

    [Fact]
    public void Every_mentioned_decision_exists()
    {
        var numbers = Records.Select(NumberOf).ToHashSet(StringComparer.Ordinal);

        RepositoryFiles.TextFiles.SelectMany(path => Mention.Matches(RepositoryFiles.Read(path)).Select(match => (Path: path, Number: match.Groups["number"].Value)))
            .Where(mention => !numbers.Contains(mention.Number))
            .Select(mention => $"{mention.Path} mentions {mention.Number}")
            .ShouldBeEmpty();
    }

    private static string NumberOf(string path) => path[Folder.Length..].Split('-')[0];
}
