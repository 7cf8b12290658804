using System.Text.RegularExpressions;
using Mesh.Repository.Tests.Reading;

namespace Mesh.Repository.Tests.Text;

public sealed class SourceTests
{
    private const int LinesMax = 400;

    // Concatenated, so that this file does not match.
    private static readonly Regex Unfinished = SourceCode.Compile(
        $@"\b({"TO"}DO|FIX{"ME"}|HA{"CK"})\b|\bNot{"Implemented"}Exception\b|\bThread\.{"Sleep"}\b|\b{"Skip"} =");

    [Fact]
    public void No_source_file_is_too_long() =>
        RepositoryFiles.WithExtension(".cs", ".sh", ".c", ".sql", ".js", ".css", ".html", ".yml", ".yaml")
            .Select(path => (Path: path, Lines: RepositoryFiles.Read(path).Count(character => character == '\n')))
            .Where(file => file.Lines > LinesMax)
            .Select(file => $"{file.Path} has {file.Lines} lines, {LinesMax} are allowed")
            .ShouldBeEmpty();

    [Fact]
    public void No_code_is_unfinished_skipped_or_sleeps() =>
        RepositoryFiles.WithExtension(".cs", ".sh").SelectMany(path => SourceCode.Find(path, RepositoryFiles.Read(path), Unfinished)).ShouldBeEmpty();

    [Fact]
    public void Every_file_ends_with_a_line_feed_and_has_no_carriage_returns() =>
        RepositoryFiles.TextFiles.Where(path => RepositoryFiles.Read(path) is { Length: > 0 } text && (!text.EndsWith('\n') || text.Contains('\r', StringComparison.Ordinal)))
            .ShouldBeEmpty();
}
