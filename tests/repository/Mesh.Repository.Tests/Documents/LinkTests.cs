using System.Text.RegularExpressions;
using Mesh.Repository.Tests.Reading;

namespace Mesh.Repository.Tests.Documents;

public sealed class LinkTests
{
    private static readonly Regex Link = SourceCode.Compile(@"\[[^\]\n]*\]\((?<target>[^)\s]+)[^)\n]*\)");
    private static readonly Regex Fence = SourceCode.Compile(@"^```[\s\S]*?^```");

    public static TheoryData<string> Documents => [.. RepositoryFiles.WithExtension(".md")];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_link_into_the_repository_has_a_target(string path) =>
        Link.Matches(Fence.Replace(RepositoryFiles.Read(path), "")).Select(match => match.Groups["target"].Value)
            .Where(target => !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith("mailto:", StringComparison.Ordinal) && !target.StartsWith('#'))
            .Where(target => !Exists(Path.Combine(Path.GetDirectoryName(path)!, target.Split('#')[0])))
            .ShouldBeEmpty();

    private static bool Exists(string path) => File.Exists(RepositoryRoot.At(path)) || Directory.Exists(RepositoryRoot.At(path));
}
